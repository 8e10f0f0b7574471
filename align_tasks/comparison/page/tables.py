"""The leaderboard as the page holds it: figures to sort by, and the words of `wording` to show."""

from __future__ import annotations

from typing import Any

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Change, Column, Comparison, Table
from align_tasks.comparison.page.texts import rounded


def table_data(comparison: Comparison, table: Table) -> dict[str, Any]:
    """A table: heads of the columns, rows with a cell for each column, and what people and chance score."""
    return {
        "task": wording.heading(table),
        "about": wording.about(table),
        "demo": table.is_demo,
        "columns": [_head(column) for column in table.columns],
        "rows": [
            [place, wording.remarks(table, row.label), _cells(table, row.label)]
            for place, row in enumerate(comparison.rows)
            if row.label in table.scored
        ],
        "beside": [
            [name, ["" if value is None else wording.number(value) for value in values]]
            for name, values in wording.yardstick_rows(table)
        ],
    }


def _head(column: Column) -> list[Any]:
    """Title, the way that is better as an arrow, and the same in words."""
    words = {True: "higher is better", False: "lower is better", None: ""}[column.better]
    return [column.title, wording.direction(column), words]


def _cells(table: Table, label: str) -> list[list[Any] | None]:
    cells = wording.cells_of(table, label)
    return [_cell(cell, column.better) for cell, column in zip(cells, table.columns, strict=True)]


def _cell(cell: Cell | None, better: bool | None) -> list[Any] | None:
    """Value, its text, interval, whether it is best, rank, share of the ceiling, items, seeds, and change.

    The change is its value, its text, and what the test tells of it.
    """
    if cell is None:
        return None
    change = cell.change
    return [
        rounded(cell.value),
        wording.number(cell.value),
        wording.interval(cell.interval),
        int(cell.is_best),
        wording.rank(cell),
        rounded(cell.share),
        cell.items,
        cell.seeds,
        None if change is None else [rounded(change.value), wording.change(change), told(change, better)],
    ]


def told(change: Change, better: bool | None) -> int:
    """Whether a change is for the better by a test (1), for the worse (-1) or not told apart (0)."""
    if not wording.star(change) or better is None:
        return 0
    return 1 if (change.value > 0) is better else -1
