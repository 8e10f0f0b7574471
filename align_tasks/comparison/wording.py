"""How figures, intervals and p-values are written, whatever the format."""

from __future__ import annotations

import math
from collections.abc import Sequence

from align_tasks.comparison.compare import Cell, Change, Column, Comparison, Table
from align_tasks.comparison.entries import shown
from align_tasks.comparison.statistics import Interval

PEOPLE = "half of the people"
CHANCE = "equal probabilities"
SIGNIFICANT = 0.05
LONGEST_NOTE = 400


def number(value: float, *, signed: bool = False) -> str:
    """A figure in three decimals."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else str(value)
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def interval(found: Interval | None, *, signed: bool = False) -> str:
    """An interval, or nothing."""
    if found is None or not math.isfinite(found.low):
        return ""
    return f"{number(found.low, signed=signed)} to {number(found.high, signed=signed)}"


def p_value(value: float | None) -> str:
    """A p-value as papers have it."""
    if value is None:
        return ""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def change(found: Change) -> str:
    """A change with its interval and corrected p-value; a star where it is significant at 5%."""
    around = interval(found.interval, signed=True)
    told = f"{number(found.value, signed=True)}{f' ({around})' if around else ''}"
    return f"{told} {p_value(found.corrected)}{star(found)}" if found.corrected is not None else told


def with_change(value: float, changed: float | None, mark: str = "") -> str:
    """A figure with its change, and a mark of that, in parentheses."""
    told = number(value)
    return told if changed is None else f"{told} ({number(changed, signed=True)}{mark})"


def in_brief(cell: Cell, *, starred: bool = False) -> str:
    """A figure with its change, and the interval of the change, or else its own, in brackets."""
    found = cell.change
    around = interval(found.interval, signed=True) if found else interval(cell.interval)
    told = with_change(cell.value, found.value if found else None, star(found) if starred else "")
    return f"{told} [{around}]" if around else told


def star(found: Change | None) -> str:
    """A star where a change is significant after correction."""
    is_significant = found is not None and found.corrected is not None and found.corrected < SIGNIFICANT
    return "*" if is_significant else ""


def rank(cell: Cell) -> str:
    """A rank with the ranks between which it lies."""
    if cell.rank is None:
        return ""
    place, low, high = cell.rank
    return f"rank {place}" if low == high else f"rank {place} ({low} to {high})"


def direction(column: Column) -> str:
    """An arrow that tells which way is better."""
    return {True: "↑", False: "↓", None: ""}[column.better]


def heading(table: Table) -> str:
    """A table's title, with what its figures must not be taken for."""
    name = shown(table.task)
    return f"{name} (demo norms: not to be cited)" if table.is_demo else name


def about(table: Table) -> str:
    """How a task was asked, in one line."""
    first = table.asked[0]
    pieces = [f"version {first.version}" if first.version else ""]
    pieces += [f"data {', '.join(dict.fromkeys(one.data for one in table.asked))}"]
    pieces += [f"{first.examples} worked examples" if first.examples else "no worked examples"]
    pieces += ["chat format" if first.chat else "no chat format"]
    pieces += [f"{table.parts} items" if table.parts else ""]
    return ", ".join(filter(None, pieces))


def remarks(table: Table, label: str) -> str:
    """What a row's figures in this table must not be taken for."""
    trained = table.trained.get(label)
    return f"trained on {trained} test cue{'' if trained == 1 else 's'}" if trained else ""


def yardstick_rows(table: Table) -> list[tuple[str, list[float | None]]]:
    """What people and equal probabilities score, a value for each column; rows without any are left out."""
    rows = [
        (PEOPLE, [column.yardsticks.people for column in table.columns]),
        (CHANCE, [column.yardsticks.chance for column in table.columns]),
    ]
    return [(name, values) for name, values in rows if any(value is not None for value in values)]


def places_shown(table: Table) -> list[int]:
    """Places of the columns that tables for people show: metrics by which a model can be better, if any."""
    directed = [place for place, column in enumerate(table.columns) if column.better is not None]
    return directed or list(range(len(table.columns)))


def legend(comparison: Comparison) -> list[str]:
    """What the tables show, in plain words."""
    lines = [
        "Figures are means over items, with 95% intervals; ↑ higher is better, ↓ lower is better. Figures by "
        "which no model is better are in JSON, CSV and the page."
    ]
    if comparison.baseline is not None:
        lines.append(
            f"Changes are to {comparison.baseline}, on the same items (paired bootstrap, {comparison.draws:,}"
            f" draws); p-values of a paired permutation test, corrected for {comparison.tests} tests (Holm); "
            "* p < 0.05. Rows of several seeds: t intervals and t tests over items and seeds."
        )
    return lines


def problems(comparison: Comparison) -> list[str]:
    """What is to be known of each row, and of the comparison."""
    of_rows = [f"{row.label}: {problem}" for row in comparison.rows for problem in row.problems]
    return [shown(note, LONGEST_NOTE) for note in (*of_rows, *comparison.notes)]


def cells_of(table: Table, label: str) -> Sequence[Cell | None]:
    """A row's cells, in the order of the columns."""
    return [column.cells.get(label) for column in table.columns]
