"""Difference of a metric between two evaluations of the same cues, with a paired bootstrap interval.

    python scripts/paired_bootstrap.py BEFORE/samples_swow_us….jsonl AFTER/samples_swow_us….jsonl p_at_5

Reads the samples files of lm-eval (--log_samples; `align eval` writes them always). Cues are drawn with
repetition, 9,999 times; the interval is the middle 95% of the differences of means (percentile method).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from scipy.stats import bootstrap

DRAWS = 9_999


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("metrics", nargs="+")
    options = parser.parse_args()
    print("| metric | cues | before | after | difference | 95% interval | relative |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for metric in options.metrics:
        print(row(metric, scores(options.before, metric), scores(options.after, metric)))


def scores(file: Path, metric: str) -> dict[str, float]:
    """The metric of each cue that has it."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {row["doc"]["cue"]: float(row[metric]) for row in rows if metric in row}


def row(metric: str, before: dict[str, float], after: dict[str, float]) -> str:
    """A row of the table.

    Raises:
        SystemExit: the evaluations are not of the same cues.
    """
    if before.keys() != after.keys():
        raise SystemExit(f"{metric}: {len(before.keys() ^ after.keys())} cues are in one of the files only")
    cues = sorted(before)
    first, second = (np.array([of[cue] for cue in cues]) for of in (before, after))
    low, high = interval(first, second)
    relative = f"{(second.mean() / first.mean() - 1):+.0%}" if first.mean() > 0 else "from 0"
    return (
        f"| `{metric}` | {len(cues)} | {first.mean():.3f} | {second.mean():.3f} "
        f"| {(second - first).mean():+.3f} | {low:+.3f} to {high:+.3f} | {relative} |"
    )


def interval(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """95% interval of the mean difference, cues drawn in pairs."""
    found = bootstrap((after - before,), np.mean, n_resamples=DRAWS, method="percentile", rng=1)
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


if __name__ == "__main__":
    main()
