"""Seconds of the statistics of `align compare` beside a loop that draws one resample after the other.

    python benchmarks/bench_compare.py
    python benchmarks/bench_compare.py --models 50 --cues 300 --draws 10000

Intervals of all models, of their differences to the first, and permutation tests of these. The loop makes
a hundredth of the draws, and its time is taken a hundredfold. Prints Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from figures import markdown
from numpy.typing import NDArray

from align_tasks.comparison.statistics import (
    bootstrap_means,
    percentile_interval,
    permutation_p_values,
    sums_of,
)

FEWER = 100
Figures = NDArray[np.float64]


def main() -> None:
    """Time both, and print the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--cues", type=int, default=1_200)
    parser.add_argument("--draws", type=int, default=10_000)
    options = parser.parse_args()
    random = np.random.default_rng(0)
    figures = random.binomial(5, 0.3, size=(options.cues, options.models)) / 5
    slow = seconds(by_loop, figures, max(1, options.draws // FEWER)) * FEWER
    fast = seconds(at_once, figures, options.draws)
    asked = f"{options.models} models x {options.cues:,} cues x {options.draws:,} draws"
    rows = [
        {"": "a loop", "seconds": slow},
        {"": "align compare", "seconds": fast, "times as fast": slow / fast},
    ]
    print(f"{asked}\n\n{markdown(rows)}")


def seconds(work: Callable[[Figures, int], object], figures: Figures, draws: int) -> float:
    """How long some work takes."""
    began = time.perf_counter()
    work(figures, draws)
    return time.perf_counter() - began


def at_once(figures: Figures, draws: int) -> None:
    """As `align compare` does it."""
    parts = [str(number) for number in range(len(figures))]
    sums, differences = sums_of(figures, parts), sums_of(figures - figures[:, [0]], parts)
    percentile_interval(bootstrap_means(sums, draws), len(figures))
    percentile_interval(bootstrap_means(differences, draws), len(figures))
    permutation_p_values(differences, draws)


def by_loop(figures: Figures, draws: int) -> None:
    """One model and one draw after the other."""
    random = np.random.default_rng(0)
    for column in figures.T:
        for values in (column, column - figures[:, 0]):
            means = [values[random.integers(len(values), size=len(values))].mean() for _ in range(draws)]
            np.quantile(means, [0.025, 0.975])
        difference = column - figures[:, 0]
        for _ in range(draws):
            abs((difference * random.choice([-1, 1], size=len(difference))).mean())


if __name__ == "__main__":
    main()
