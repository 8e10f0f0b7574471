"""Print the tables of docs/reproduction.md: an experiment beside the paper's figures.

python scripts/paper_tables.py results/paper_us_small --culture us
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from align_tasks.comparison.compare import Column, Comparison, Table
from align_tasks.comparison.entries import model_arguments
from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.read import compare_results
from align_tasks.reports.beside_paper import WAYS, Line, of_experiment, of_paper, paper_figures

AFFECT = ("valence", "arousal", "concreteness")
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
    for row in (*tables(comparison, given.culture), *affect(given.experiment, f"swow_{given.culture}")):
        print(row)


def tables(comparison: Comparison, culture: str) -> Iterator[str]:
    """A Markdown table of each task, its items in the heading."""
    for name, metrics in METRICS.items():
        task = name.format(culture=culture)
        for table in comparison.tables:
            if table.task == task:
                yield f"\n`{task}`, {table.parts} items:\n"
                yield f"| figure | | {' | '.join(WAYS.values())} |"
                yield f"|---|---|{'---|' * len(WAYS)}"
                for metric in metrics:
                    yield from _rows(comparison, table, metric, culture)


def affect(experiment: Path, task: str) -> Iterator[str]:
    """A table of the affect of lists: means over seeds of what results files say, the lowest and the highest.

    A list without rated words has none, so that models are compared on other cues, and not in pairs.
    """
    found: dict[str, dict[str, Any]] = {}
    for content in find_results([experiment / "results"]).contents.values():
        told = content["results"].get(task, {})
        if any(f"{one}_gap,none" in told for one in AFFECT):
            adapter = model_arguments(content["config"]["model_args"]).get("peft")
            run, _, seed = Path(adapter).name.rpartition("-") if adapter else ("untrained", "", "")
            found.setdefault(run, {})[seed] = told
    kinds = [one for one in AFFECT if all(f"{one}_gap,none" in told for told in _all(found))]
    if not kinds:
        return
    what = "affect of lists: mean over seeds (lowest to highest), and in how many lists words are rated"
    yield f"\n`{task}`, {what}:\n"
    yield f"| | {' | '.join(f'`{one}_gap` | lists' for one in kinds)} |"
    yield f"|---|{'---:|' * 2 * len(kinds)}"
    for run, seeds in sorted(found.items(), key=lambda one: _place(one[0])):
        cells = []
        for one in kinds:
            cells.append(_spread([told[f"{one}_gap,none"] for told in seeds.values()]))
            cells.append(f"{mean(told[f'{one}_rated,none'] for told in seeds.values()):.0%}")
        yield f"| {WAYS.get(run, run)} | {' | '.join(cells)} |"


def _place(run: str) -> int:
    """Where a run stands in the tables: those that the paper has in its order, others behind them."""
    return list(WAYS).index(run) if run in WAYS else len(WAYS)


def _all(found: dict[str, dict[str, Any]]) -> list[dict[str, float]]:
    return [told for seeds in found.values() for told in seeds.values()]


def _spread(values: list[float]) -> str:
    told = f"{mean(values):+.2f}"
    return told if len(values) == 1 else f"{told} ({min(values):+.2f} to {max(values):+.2f})"


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
