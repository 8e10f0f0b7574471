"""From results files to their comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from align_tasks.comparison.compare import DRAWS, Comparison, compare
from align_tasks.comparison.evaluated import gather
from align_tasks.comparison.found_files import Skipped, find_results
from align_tasks.comparison.results import read_all_results
from align_tasks.comparison.rows import find_baseline, rows_of


def compare_results(
    paths: Sequence[Path], baseline: str | None = None, draws: int = DRAWS, *, each_seed: bool = False
) -> tuple[Comparison, list[Skipped]]:
    """Compare what is in results files, and in folders with such.

    Args:
        paths: of the files and folders.
        baseline: as `find_baseline` takes it.
        draws: of the bootstrap and the permutation tests.
        each_seed: leave runs that differ in their seed only as rows of their own.

    Returns:
        The comparison, and which files were left out.

    Raises:
        AlignError: there are no results, or no such baseline.
    """
    found = find_results(paths)
    results, not_understood = read_all_results(found)
    gathered = gather(results)
    rows = rows_of(gathered.entries, each_seed=each_seed)
    comparison = compare(gathered, rows, find_baseline(rows, baseline), draws)
    return comparison, [*found.skipped, *not_understood]
