"""Writing with a frozen model as transformers does it, and without copies of the output layer, in one run.

    python benchmarks/bench_output_layer.py SmolLM2-135M-Instruct --prompts 64 --tokens 40

Each way is a process of its own: seconds of writing, and peak memory of the process. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

WAYS = ("generate", "without copies")
PROMPT = "Write the words that come to mind when you think of the word number {}, separated by commas:"


def main() -> None:
    """Run both ways and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="folder or hub name")
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=40, help="of each answer")
    parser.add_argument("--only", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(_measured(given.only, given.model, given.prompts, given.tokens)))
        return
    found = [_in_own_process(way) for way in WAYS]
    assert found[0]["written"] == found[1]["written"]
    print("| by | seconds | memory, MB | times as fast |\n|---|---:|---:|---:|")
    for way, one in zip(WAYS, found, strict=True):
        ratio = found[0]["seconds"] / one["seconds"]
        print(f"| {way} | {one['seconds']:.1f} | {one['memory'] / 1e6:,.0f} | {ratio:.1f} |")


def _in_own_process(way: str) -> dict[str, Any]:
    command = [sys.executable, *sys.argv, "--only", way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(way: str, model: str, prompts: int, tokens: int) -> dict[str, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from align_tasks.backends.output_layer import read_without_copies

    tokenizer = AutoTokenizer.from_pretrained(model, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).requires_grad_(False)
    if way == WAYS[1]:
        read_without_copies(base)
    asked = tokenizer([PROMPT.format(number) for number in range(prompts)], return_tensors="pt", padding=True)
    length = {"max_new_tokens": tokens, "min_new_tokens": tokens}
    start = time.perf_counter()
    written = base.generate(**asked, **length, do_sample=False)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "memory": peak, "written": written.tolist()}


if __name__ == "__main__":
    main()
