"""Time and memory of `align eval` beside plain lm-eval: same model, tasks and requests, in one run.

    python benchmarks/bench_eval.py
    python benchmarks/bench_eval.py --cues 200 --adapter adapters/us --adapter adapters/zh
    python benchmarks/bench_eval.py --parts scoring --batch-size 8 --batch-size 32

Parts: `start`, from the start of a command to its first request; `scoring`, `swow_us_dist` by lm-eval's hf
at several batch sizes, the best of which counts, and by hf-shared; `sampling`, `wvs_us` and `wvs_zh` exactly
and by 100 constrained samples; `adapters`, the base and some adapters on `wvs_tension` by one command and by
one lm_eval each; `size`, the time for more and more cues. Every measurement is a process of its own. Prints
Markdown; --json writes the figures to a file as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from align_tasks.demo_model import demo_model

PROGRAMS = Path(sys.executable).parent
SIZES = (10, 100, 1000)
FIRST_REQUEST = "Tokenizing inputs"  # what lm-eval's models print then
Figures = dict[str, Any]


def main() -> None:
    """Run the parts, and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="folder of the model; that of the demo")
    parser.add_argument("--adapter", action="append", default=[], help="folder of an adapter; repeatable")
    parser.add_argument("--parts", default=",".join(PARTS), help="separated by commas")
    parser.add_argument("--cues", type=int, default=200, help="cues that are scored")
    parser.add_argument("--items", type=int, default=20, help="survey items that are sampled")
    parser.add_argument("--batch-size", type=int, action="append", help="of lm-eval's hf; repeatable")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.model = options.model or str(demo_model())
    if options.measure:
        print(json.dumps(measure(options.model, **json.loads(options.measure))))
        return
    found = {part: PARTS[part](options) for part in options.parts.split(",")}
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    for part, figures in found.items():
        print(f"\n{part}\n\n{table(figures)}")


def start(options: argparse.Namespace) -> list[Figures]:
    """Seconds until a command's first request."""
    tasks = ("--tasks", "wvs_us", "--limit", "1")
    with tempfile.TemporaryDirectory() as folder:
        ours = ["align", "eval", "--model", options.model, *tasks, "--fresh", "--output", folder]
        plain = ["lm_eval", "--model", "hf", "--model_args", f"pretrained={options.model}", *tasks]
        return compared(
            {"name": command[0], "seconds": statistics.median(until_first_request(command) for _ in range(3))}
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
    asked = {"task": "swow_us_dist", "limit": options.cues}
    plain = [
        measured(options, backend="hf", batch_size=size, **asked)
        for size in options.batch_size or (8, 16, 32, 64)
    ]
    best = min(plain, key=lambda figures: float(figures["seconds"]))
    ours = measured(options, backend="hf-shared", **asked)
    difference = max(abs(a - b) for a, b in zip(best.pop("answers"), ours.pop("answers"), strict=True))
    return compared([best, ours | {"largest difference": difference}])


def sampling(options: argparse.Namespace) -> list[Figures]:
    """Seconds for the exact distribution and for samples of it, on the same items."""
    found = []
    for task in ("wvs_us", "wvs_zh"):
        pair = [
            measured(options, backend="hf-shared", task=name, limit=options.items)
            for name in (f"{task}_sampled", task)
        ]
        found += compared(map(without_answers, pair))
    return found


def adapters(options: argparse.Namespace) -> list[Figures]:
    """Seconds and memory for a base and its adapters, by one command and by one lm_eval each."""
    with tempfile.TemporaryDirectory() as folder:
        shared = ["--tasks", "wvs_tension"]
        named = [word for adapter in options.adapter for word in ("--adapter", adapter)]
        ours = ["align", "eval", "--model", options.model, *named, *shared, "--fresh", "--output", folder]
        plain = [
            ["lm_eval", "--model", "hf", *shared, "--batch_size", "16", "--model_args", ",".join(arguments)]
            for arguments in (
                [f"pretrained={options.model}"],
                *([f"pretrained={options.model}", f"peft={adapter}"] for adapter in options.adapter),
            )
        ]
        each = [ran(command) for command in plain]
        theirs = {
            "name": f"lm_eval, {len(each)} times",
            "seconds": sum(one["seconds"] for one in each),
            "memory": max(one["memory"] for one in each),
        }
        return compared([theirs, {"name": "align eval, once"} | ran(ours)])


def ran(command: list[str]) -> Figures:
    """Seconds and peak memory of a command."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=2)\n"
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    began = time.perf_counter()
    line = [sys.executable, "-c", code, str(PROGRAMS / command[0]), *command[1:]]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True)
    return {"seconds": time.perf_counter() - began, "memory": int(done.stdout) / 1024}


def size(options: argparse.Namespace) -> list[Figures]:
    """Seconds for more and more cues, and the share of them outside the model."""
    found = [measured(options, backend="hf-shared", task="swow_us_dist", limit=limit) for limit in SIZES]
    return [without_answers(one) for one in found]


PARTS = {"start": start, "scoring": scoring, "sampling": sampling, "adapters": adapters, "size": size}


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


def measure(model: str, task: str, limit: int, backend: str, batch_size: int | None = None) -> Figures:
    """Ask a model the requests of some rows of a task, once it is loaded."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from align_tasks.backends.loading import Backend, each_loaded
    from align_tasks.evaluation import default_device, task_manager

    made = task_manager().load([task])["tasks"][task]
    made.build_all_requests(limit=limit, rank=0, world_size=1)
    named = Backend(backend, {"dtype": "float32"}, batch_size and str(batch_size), default_device())
    lm = next(each_loaded(named, model, [None]))
    ask = getattr(lm, made.instances[0].request_type)
    ask(made.instances[:20])
    inside = clocked(lm.model)
    began = time.perf_counter()
    answers = ask(made.instances)
    seconds = time.perf_counter() - began
    return {
        "name": f"{task}, {limit} rows, {backend}" + (f", batches of {batch_size}" if batch_size else ""),
        "requests": len(answers),
        "seconds": seconds,
        "outside the model": 1 - sum(inside) / seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
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
    """The figures of two, with how often the seconds of the second fit into those of the first."""
    first, second = found
    return [first, second | {"times faster": first["seconds"] / second["seconds"]}]


def table(found: list[Figures]) -> str:
    """Markdown of some figures."""
    names = list(dict.fromkeys(name for one in found for name in one))
    lines = [" | ".join(names), " | ".join(["---", *["---:"] * (len(names) - 1)])]
    lines += [" | ".join(shown(one.get(name)) for name in names) for one in found]
    return "\n".join(f"| {line} |" for line in lines)


def shown(value: Any) -> str:
    """A figure in three digits."""
    return (
        "" if value is None else f"{value:,.3g}" if isinstance(value, float) and value < 1000 else str(value)
    )


if __name__ == "__main__":
    main()
