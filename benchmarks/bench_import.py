"""Import of a SWOW strength file beside a plain pandas read and groupby of the same file, in one run.

    python benchmarks/bench_import.py strength.SWOW-EN.R1.csv.gz
    python benchmarks/bench_import.py --rows 10000000

Each runs in a process of its own; seconds are those of the work itself, without starting Python and importing
libraries, memory is the peak of the whole process. Our import normalises, names what it drops, counts every
row, and writes the table; pandas reads, adds up, and writes nothing. Prints Markdown.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, help="a strength file, as released")
    parser.add_argument("--rows", type=int, help="make up a file of so many rows instead")
    parser.add_argument("--only", choices=sorted(WORK), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(_measured(WORK[arguments.only], arguments.file)))
        return
    if (arguments.file is None) == (arguments.rows is None):
        parser.error("name a file, or --rows")
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.file or Path(folder) / "strength.made-up.R1.csv"
        if arguments.rows:
            maker = multiprocessing.Process(target=_make_up, args=(file, arguments.rows))
            maker.start()
            maker.join()
        results = {name: _in_own_process(name, file, folder) for name in WORK}
        _print(file, results)


def _make_up(path: Path, rows: int) -> None:
    import polars as pl

    i = pl.int_range(rows, dtype=pl.Int64, eager=True)
    word = ((i * 2_654_435_761) % 1_000_003) % 200_000
    count = 1 + (i * 40_503) % 7
    frame = pl.DataFrame({"cue": i // 40, "response": word, "R1": count}).select(
        cue=pl.format("Cue {}", "cue"), response=pl.format("word{}", "response"), R1="R1"
    )
    frame = frame.with_columns(N=pl.col("R1").sum().over("cue"))
    frame.with_columns((pl.col("R1") / pl.col("N")).alias("R1.Strength")).write_csv(path, separator="\t")
    os.sync()


def _ours(file: Path) -> int:
    from align_tasks.data.imports import import_file

    return int(import_file(file, "swow", culture="us", language="en")[0]["rows"])


def _pandas(file: Path) -> int:
    import pandas as pd  # type: ignore[import-untyped]

    frame = pd.read_csv(file, sep="\t")
    counts = frame.groupby(["cue", "response"])["R1"].sum()
    strengths = counts / counts.groupby("cue").transform("sum")
    return len(strengths)


WORK: dict[str, Callable[[Path], int]] = {
    "align data import swow": _ours,
    "pandas read_csv + groupby": _pandas,
}


def _measured(work: Callable[[Path], int], file: Path) -> dict[str, float]:
    for library in ("align_tasks.data.imports", "pandas"):
        importlib.import_module(library)
    start = time.perf_counter()
    rows = work(file)
    seconds = time.perf_counter() - start
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"rows": rows, "seconds": seconds, "mebibytes": kibibytes / 1024}


def _in_own_process(name: str, file: Path, folder: str) -> dict[str, float]:
    command = [sys.executable, __file__, str(file), "--only", name]
    environment = {**os.environ, "ALIGN_DATA": str(Path(folder) / "data")}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _print(file: Path, results: dict[str, dict[str, float]]) -> None:
    base = results["pandas read_csv + groupby"]
    print(f"{file.name}, {file.stat().st_size / 2**20:.1f} MiB\n")
    print("| | rows out | seconds | ratio | peak memory, MiB | ratio |\n|---|---:|---:|---:|---:|---:|")
    for name, result in results.items():
        seconds, memory = result["seconds"], result["mebibytes"]
        print(
            f"| {name} | {result['rows']:,} | {seconds:.2f} | {seconds / base['seconds']:.2f} "
            f"| {memory:,.0f} | {memory / base['mebibytes']:.2f} |"
        )


if __name__ == "__main__":
    main()
