"""Time and memory of `align eval` beside plain lm-eval: same model, tasks and requests, in one run.

    python benchmarks/bench_eval.py --history benchmarks/history.jsonl
    python benchmarks/bench_eval.py --parts scoring --cues 50 --batch-size 8 --batch-size 32
    python benchmarks/bench_eval.py --parts adapters --adapter adapters/us --adapter adapters/zh

Parts: `start`, from the start of a command to its first request; `scoring`, `swow_us_dist` by lm-eval's hf
at the batch size that is best on a tenth of the cues, and by hf-shared; `sampling`, `wvs_us` and `wvs_zh` by
100 constrained samples, drawn by transformers' generate as it is and by `wvs_us_sampled`, and exactly
(`sampling-vllm`, only where named: the same by vLLM, in an environment that has it, see `make test-vllm`);
`adapters`, the base and three adapters on `wvs_tension` by one lm_eval each and by one command; `size`, the
time for more and more cues. Every measurement is a process of its own. Prints Markdown; --history adds a
line of JSON to a file, from which scripts/draw_bench.py and scripts/write_docs.py make picture and table.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from figures import Figures, markdown

from align_tasks.demo_model import demo_model

PROGRAMS = Path(sys.executable).parent
SIZES = (100, 1_000, 10_000)
BATCH_SIZES = (4, 8, 16, 32)
ADAPTERS = 3
PACKAGES = ("align-tasks", "lm-eval", "torch", "transformers", "peft")
VLLM = {"enforce_eager": True, "gpu_memory_utilization": 0.3, "max_model_len": 2048}
FIRST_REQUEST = "Tokenizing inputs"  # what lm-eval's models print then


def main() -> None:
    """Run the parts, and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="folder of the model; that of the demo")
    parser.add_argument(
        "--adapter", action="append", help="folder of an adapter; repeatable; three random ones"
    )
    parser.add_argument("--parts", default=",".join(PARTS_OF_ALL), help="separated by commas")
    parser.add_argument("--cues", type=int, default=200, help="cues that are scored")
    parser.add_argument("--items", type=int, default=5, help="survey items that are sampled")
    parser.add_argument("--batch-size", type=int, action="append", help="of lm-eval's hf; repeatable")
    parser.add_argument("--history", type=Path, help="file to which the figures are added")
    parser.add_argument("--note", help="what to know of the run, kept with its figures")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.model = options.model or str(demo_model())
    if options.measure:
        print(json.dumps(measure(options.model, **json.loads(options.measure))))
        return
    found = {part: PARTS[part](options) for part in options.parts.split(",")}
    if options.history:
        with options.history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(where() | {"note": options.note} | found) + "\n")
    for part, figures in found.items():
        print(f"\n{part}\n\n{markdown(figures)}")


def where() -> dict[str, Any]:
    """Day, machine and versions of a run."""
    return {
        "day": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def start(options: argparse.Namespace) -> list[Figures]:
    """Seconds until a command's first request."""
    tasks = ("--tasks", "wvs_us", "--limit", "1")
    with tempfile.TemporaryDirectory() as folder:
        ours = ["align", "eval", "--model", options.model, *tasks, "--fresh", "--output", folder]
        plain = ["lm_eval", "--model", "hf", "--model_args", f"pretrained={options.model}", *tasks]
        return compared(
            {"by": command[0], "seconds": statistics.median(until_first_request(command) for _ in range(3))}
            for command in (plain, ours)
        )


def until_first_request(command: list[str]) -> float:
    """Start a command, and stop it at its first request."""
    began = time.perf_counter()
    with subprocess.Popen(
        [str(PROGRAMS / command[0]), *command[1:]],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as started:
        assert started.stderr is not None
        if not any(FIRST_REQUEST in line for line in started.stderr):
            raise SystemExit(f"{command[0]} made no request")
        seconds = time.perf_counter() - began
        started.kill()
    return seconds


def scoring(options: argparse.Namespace) -> list[Figures]:
    """Seconds for candidates of cues, and the largest difference of a log-likelihood."""
    task = "swow_us_dist"

    def by_hf(batch_size: int, limit: int) -> Figures:
        return measured(options, backend="hf", task=task, batch_size=batch_size, limit=limit)

    sizes = options.batch_size or BATCH_SIZES
    seconds = {size: by_hf(size, max(1, options.cues // 10))["seconds"] for size in sizes}
    plain = by_hf(min(seconds, key=lambda size: float(seconds[size])), options.cues)
    ours = measured(options, backend="hf-shared", task=task, limit=options.cues)
    difference = max(abs(a - b) for a, b in zip(plain.pop("answers"), ours.pop("answers"), strict=True))
    return compared([plain, ours | {"largest difference": difference}])


def sampling(options: argparse.Namespace) -> list[Figures]:
    """Seconds for samples of the answer distribution, and for the exact one, on the same items."""
    return sampled_and_exact(options, ("generate", "hf-shared"), "hf-shared")


def sampling_vllm(options: argparse.Namespace) -> list[Figures]:
    """The same by vLLM."""
    return sampled_and_exact(options, ("vllm",), "vllm")


def sampled_and_exact(options: argparse.Namespace, samplers: tuple[str, ...], exact: str) -> list[Figures]:
    """Samples by each of the samplers, then the exact distribution."""
    found = []
    for task in ("wvs_us", "wvs_zh"):
        asked = [*((sampler, f"{task}_sampled") for sampler in samplers), (exact, task)]
        found += compared(
            without_answers(measured(options, backend=backend, task=name, limit=options.items))
            for backend, name in asked
        )
    return found


def adapters(options: argparse.Namespace) -> list[Figures]:
    """Seconds and memory for a base and its adapters, by one command and by one lm_eval each."""
    with tempfile.TemporaryDirectory() as folder:
        folders = options.adapter or random_adapters(options.model, Path(folder))
        shared = ["--tasks", "wvs_tension"]
        named = [word for adapter in folders for word in ("--adapter", adapter)]
        ours = ["align", "eval", "--model", options.model, *named, *shared, "--fresh", "--output", folder]
        plain = [
            ["lm_eval", "--model", "hf", *shared, "--batch_size", "16", "--model_args", ",".join(arguments)]
            for arguments in (
                [f"pretrained={options.model}"],
                *([f"pretrained={options.model}", f"peft={adapter}"] for adapter in folders),
            )
        ]
        each = [ran(command) for command in plain]
        theirs = {
            "by": f"lm_eval, {len(each)} times",
            "seconds": sum(one["seconds"] for one in each),
            "memory, MB": max(one["memory, MB"] for one in each),
        }
        return compared([theirs, {"by": "align eval, once"} | ran(ours)])


def random_adapters(model: str, folder: Path) -> list[str]:
    """Adapters that were not trained: they cost what others do."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    shape = LoraConfig(r=16, target_modules="all-linear", init_lora_weights=False)
    made = [folder / f"adapter{number}" for number in range(ADAPTERS)]
    for path in made:
        get_peft_model(AutoModelForCausalLM.from_pretrained(model), shape).save_pretrained(path)
    return [str(path) for path in made]


def ran(command: list[str]) -> Figures:
    """Seconds and peak memory of a command."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2)\n"
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    began = time.perf_counter()
    line = [sys.executable, "-c", code, str(PROGRAMS / command[0]), *command[1:]]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True)
    return {"seconds": time.perf_counter() - began, "memory, MB": int(done.stdout) / 1024}


def size(options: argparse.Namespace) -> list[Figures]:
    """Seconds for more and more cues, and the share of them outside the model."""
    asked = {"backend": "hf-shared", "task": "swow_us_dist", "split": "train"}
    return [without_answers(measured(options, limit=limit, **asked)) for limit in SIZES]


PARTS_OF_ALL = {"start": start, "scoring": scoring, "sampling": sampling, "adapters": adapters, "size": size}
PARTS = PARTS_OF_ALL | {"sampling-vllm": sampling_vllm}


def without_answers(figures: Figures) -> Figures:
    """What a table shows of them."""
    return {name: value for name, value in figures.items() if name != "answers"}


def measured(options: argparse.Namespace, **asked: Any) -> Figures:
    """`measure` in a process of its own."""
    print(asked, file=sys.stderr)
    command = [sys.executable, __file__, "--model", options.model, "--measure", json.dumps(asked)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(
    model: str, task: str, limit: int, backend: str, batch_size: int | None = None, split: str = "test"
) -> Figures:
    """Ask a model the requests of some rows of a task, once it is loaded."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from align_tasks.backends import drawing
    from align_tasks.backends.loading import Backend, each_loaded
    from align_tasks.evaluation import default_device, task_manager

    name = backend + (f", batches of {batch_size}" if batch_size else "")
    if backend == "generate":
        backend, drawing._read = "hf-shared", lambda *_: None
    made = task_manager().load([task])["tasks"][task]
    made.config.test_split = split
    made.build_all_requests(limit=limit, rank=0, world_size=1)
    arguments = {"dtype": "float32"} | (VLLM if backend == "vllm" else {})
    named = Backend(backend, arguments, batch_size and str(batch_size), default_device())
    lm = next(each_loaded(named, model, [None]))
    ask = getattr(lm, made.instances[0].request_type)
    ask(made.instances[:2])
    inside = clocked(lm.model) if backend != "vllm" else []
    began = time.perf_counter()
    answers = ask(made.instances)
    seconds = time.perf_counter() - began
    return {
        "task": task,
        "rows": limit,
        "by": name,
        "requests": len(answers),
        "seconds": seconds,
        **({"outside the model": 1 - sum(inside) / seconds} if inside else {}),
        "memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "answers": [answer[0] for answer in answers] if isinstance(answers[0], tuple) else [],
    }


def clocked(model: Any) -> list[float]:
    """The seconds of each forward pass of a model from here on."""
    began: list[float] = []
    seconds: list[float] = []
    model.register_forward_pre_hook(lambda *_: began.append(time.perf_counter()))
    model.register_forward_hook(lambda *_: seconds.append(time.perf_counter() - began.pop()))
    return seconds


def compared(found: Iterable[Figures]) -> list[Figures]:
    """The figures with how often the seconds of each fit into those of the first."""
    first, *others = found
    return [first, *(one | {"times as fast": first["seconds"] / one["seconds"]} for one in others)]


if __name__ == "__main__":
    main()
