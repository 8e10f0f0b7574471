"""Print the tables of docs/reproduction.md: an experiment beside the paper's figures.

python scripts/paper_tables.py results/paper_us_small --culture us
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from align_tasks.comparison.compare import Column, Comparison, Table
from align_tasks.comparison.read import compare_results
from align_tasks.reports.beside_paper import WAYS, Line, of_experiment, of_paper, paper_figures

METRICS = {
    "swow_{culture}": ("p_at_5", "p_at_10", "p_at_40", "invalid"),
    "swow_{culture}_rank": ("spearman_paper", "spearman", "invalid"),
    "swow_{culture}_dist": ("jsd", "spearman"),
    "wvs_{culture}": ("jsd", "emd", "order_effect"),
    "wvs_tension_us": ("us_aligned", "zh_aligned", "distance_us", "distance_zh"),
    "wvs_tension_zh": ("us_aligned", "zh_aligned", "zh_aligned_paper", "distance_us", "distance_zh"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("experiment", type=Path, help="output folder of align run")
    parser.add_argument(
        "--culture", choices=("us", "zh"), required=True, help="whose associations were learned"
    )
    given = parser.parse_args()
    comparison, _ = compare_results([given.experiment / "results"], None)
    for row in tables(comparison, given.culture):
        print(row)


def tables(comparison: Comparison, culture: str) -> Iterator[str]:
    """A Markdown table of each task, its items in the heading."""
    for name, metrics in METRICS.items():
        task = name.format(culture=culture)
        for table in comparison.tables:
            if table.task == task:
                yield f"\n`{task}`, {table.parts} items\n"
                yield f"| figure | | {' | '.join(WAYS.values())} |"
                yield f"|---|---|{'---|' * len(WAYS)}"
                for metric in metrics:
                    yield from _rows(comparison, table, metric, culture)


def _rows(comparison: Comparison, table: Table, metric: str, culture: str) -> Iterator[str]:
    for column in table.columns:
        if column.metric == metric:
            lines = [*of_experiment(culture, comparison, table, column), *_of_paper(table, column)]
            for number, line in enumerate(lines):
                name = f"paper: {line.model}" if line.is_paper else line.model
                cells = ["; ".join(line.figures.get(way, ())) for way in WAYS]
                yield f"| {'' if number else f'`{metric}`'} | {name} | {' | '.join(cells)} |"


def _of_paper(table: Table, column: Column) -> Iterator[Line]:
    for figure in paper_figures():
        if (figure.task, figure.metric) == (table.task, column.metric):
            yield from of_paper(figure)


if __name__ == "__main__":
    main()
