"""How the demo ends: a short table, what moved and what did not, and where everything is."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from textwrap import fill

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Change, Comparison
from align_tasks.comparison.rows import Row
from align_tasks.demo.measures import Measured, measured
from align_tasks.demo.plan import Plan

WIDTH = 100
AS_IT_IS = "as it is"
MOVED = "Moved (the 95% interval of the change leaves out 0):"
NOT_MOVED = "Did not move clearly:"
UNKNOWN = "Changed, by too few rows for an interval:"

CHANCE = """
Of twenty such intervals one leaves out 0 by chance: corrected for all {tests} tests on the page (Holm),
{kept} of these changes stay significant. A model can come nearer to both countries at once, by answers that
are more even.
"""
CAUTION = """
So few rows and steps show how the pieces fit together, and no more. The demo norms were written by hand to
try the software: they are nobody's answers, so do not cite these figures. The survey figures rest on the
published answers of {americans:,} people in the USA and {chinese:,} in China to the World Values Survey
(wave 7).
"""


def print_ending(plan: Plan, comparison: Comparison, console: Console) -> None:
    """Print it all."""
    found = measured(comparison)
    console.print(_grid(comparison, found))
    changes = [*what_moved(comparison, found), chance(comparison, found), ""] if comparison.baseline else []
    for line in (*changes, caution(), "", *where(plan)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def name_of(row: Row) -> str:
    """A row's short name: that of its adapter."""
    return row.members[0].adapter or AS_IT_IS


def _grid(comparison: Comparison, found: list[Measured]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    grid.add_column("", no_wrap=True)
    grid.add_column("rows", justify="right")
    for row in comparison.rows:
        grid.add_column(escape(name_of(row)), justify="right")
    for title in ("half of\npeople", "equal\nchances"):
        grid.add_column(title, justify="right", style="dim")
    for one in found:
        cells = [one.column.cells.get(row.label) for row in comparison.rows]
        yardsticks = (one.column.yardsticks.people, one.column.yardsticks.chance)
        grid.add_row(
            f"{one.measure.words} {wording.direction(one.column)}",
            str(one.items or ""),
            *("–" if cell is None else wording.number(cell.value) for cell in cells),
            *("" if value is None else wording.number(value) for value in yardsticks),
        )
    return grid


def what_moved(comparison: Comparison, found: list[Measured]) -> Iterator[str]:
    """A line for each measure with its changes to the model as it is; first those of intervals without 0."""
    told: dict[str, dict[str, list[str]]] = {MOVED: {}, NOT_MOVED: {}, UNKNOWN: {}}
    for one in found:
        for row in comparison.rows:
            cell = one.column.cells.get(row.label)
            if cell is not None and cell.change is not None:
                changes = told[_kind(cell.change)].setdefault(one.measure.words, [])
                changes.append(f"{name_of(row)} {_told(cell.change)}")
    for heading, lines in told.items():
        if lines:
            yield from (heading, *(f"  {words}: {', '.join(changes)}" for words, changes in lines.items()))


def _kind(change: Change) -> str:
    around = change.interval
    if around is None or not wording.interval(around):
        return UNKNOWN
    return MOVED if around.low > 0 or around.high < 0 else NOT_MOVED


def _told(change: Change) -> str:
    around = wording.interval(change.interval, signed=True)
    return f"{wording.number(change.value, signed=True)}{f' ({around})' if around else ''}"


def chance(comparison: Comparison, found: list[Measured]) -> str:
    """How much of it chance may have made."""
    cells = [cell for one in found for cell in one.column.cells.values()]
    kept = sum(bool(wording.star(cell.change)) for cell in cells)
    return _paragraph(CHANCE.format(tests=comparison.tests, kept=kept or "none"))


def caution() -> str:
    """What the figures are not."""
    return _paragraph(CAUTION.format(americans=_people("us"), chinese=_people("zh")))


def _paragraph(text: str) -> str:
    return fill(" ".join(text.split()), width=WIDTH)


def _people(culture: str) -> int | None:
    """How many people of a culture were interviewed."""
    from align_tasks.cultures import get_culture
    from align_tasks.survey.wvs7 import WVS7

    return WVS7.answers(get_culture(culture))["Q1"].people


def where(plan: Plan) -> Iterator[str]:
    """Where the page, the results and the adapters are."""
    yield f"The comparison, to open in a browser: {plan.page}"
    yield f"Results and answers: {plan.results}"
    for folder in plan.adapters.values():
        if folder.is_dir():
            yield f"Adapter: {folder}"
    first, last = plan.adapters["sft"], plan.adapters["ppo"]
    if last.is_dir():
        results = shlex.quote(str(plan.results))
        yield f"What {last.name} adds: align compare {results} --baseline {first.name}"
