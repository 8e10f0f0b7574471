"""Print an experiment as Markdown tables for docs: a line for each metric, a column for each training.

python scripts/experiment_tables.py results/low_resource
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Comparison, Table
from align_tasks.comparison.read import compare_results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("experiment", type=Path, help="output folder of align run")
    given = parser.parse_args()
    comparison, _ = compare_results([given.experiment / "results"], None)
    for row in tables(comparison):
        print(row)


def tables(comparison: Comparison) -> Iterator[str]:
    """The metrics by which a model can be better: figure, change and its interval, a star as in tables."""
    for table in comparison.tables:
        yield f"\n`{table.task}`, {table.parts} items:\n"
        yield f"| | {' | '.join(_short(comparison, label) for label in table.labels)} |"
        yield f"|---|{'---|' * len(table.labels)}"
        yield from _rows(table)


def _rows(table: Table) -> Iterator[str]:
    for place in wording.places_shown(table):
        column = table.columns[place]
        found = [column.cells.get(label) for label in table.labels]
        cells = ["" if cell is None else wording.in_brief(cell, starred=True) for cell in found]
        yield f"| `{column.title}` {wording.direction(column)} | {' | '.join(cells)} |"


def _short(comparison: Comparison, label: str) -> str:
    """A training without the name of the model that it is on."""
    return label.removeprefix(f"{comparison.baseline} + ")


if __name__ == "__main__":
    main()
