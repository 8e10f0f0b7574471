"""How words feel: columns of valence, arousal and concreteness, each row's average beside people's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from align_tasks.comparison.compare import Column, Comparison, Table
from align_tasks.comparison.page.countries import culture_in
from align_tasks.comparison.page.texts import cut, rounded

_NAME = re.compile(r"(valence|arousal|concreteness)(_bias)?")
SCALES = {"valence": (1, 9), "arousal": (1, 9), "concreteness": (1, 5)}


def affect_data(comparison: Comparison) -> list[dict[str, Any]]:
    """A chart for each task and dimension: means of what models wrote, or differences of how they rate."""
    return [
        chart for place, table in enumerate(comparison.tables) for chart in _charts(place, table, comparison)
    ]


def _charts(place: int, table: Table, comparison: Comparison) -> Iterator[dict[str, Any]]:
    by_name = {column.metric: column for column in table.columns}
    for name, column in by_name.items():
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        dimension, is_bias = found.groups()
        beside = by_name.get(f"{dimension}_people")
        if not is_bias and beside is None:
            continue
        yield {
            "table": place,
            "task": cut(table.task),
            "culture": culture_in(table.task),
            "dimension": dimension,
            "bias": bool(is_bias),
            "scale": SCALES[dimension],
            "people": 0.0 if beside is None or is_bias else _mean(beside),
            "rows": _rows(column, comparison),
        }


def _mean(column: Column) -> float | None:
    """People's average, which is the same for every row."""
    values = [cell.value for cell in column.cells.values()]
    return rounded(sum(values) / len(values)) if values else None


def _rows(column: Column, comparison: Comparison) -> list[list[Any]]:
    """Place of the row, its average and the ends of the interval."""
    found = []
    for place, row in enumerate(comparison.rows):
        cell = column.cells.get(row.label)
        if cell is not None:
            around = cell.interval
            ends = [None, None] if around is None else [rounded(around.low), rounded(around.high)]
            found.append([place, rounded(cell.value), *ends])
    return found
