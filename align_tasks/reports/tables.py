"""The figures of a comparison as the report shows them: a line for each metric and row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Column, Comparison, Table
from align_tasks.comparison.page.tables import told


@dataclass(frozen=True)
class Line:
    """What one row scored by one metric, in words.

    Attributes:
        label: of the row.
        is_baseline: whether changes are told against it.
        remark: what its figures must not be taken for.
        value, interval: the mean and its 95% interval.
        change, around: the change from the baseline and its 95% interval; "" without one.
        p_value: corrected; "" where the change was not tested.
        told: 1 for a change for the better by the test, -1 for the worse, 0 for neither.
        items, seeds: that the figure rests on.
        is_best: whether no row is better.
    """

    label: str
    is_baseline: bool
    remark: str
    value: str
    interval: str
    change: str
    around: str
    p_value: str
    told: int
    items: int | None
    seeds: int
    is_best: bool


@dataclass(frozen=True)
class Metric:
    """One metric of one table.

    Attributes:
        title: its name.
        direction: which way is better, in words.
        beside: what people, and equal probabilities, score.
        lines: of the rows.
        column: what they are written from.
    """

    title: str
    direction: str
    beside: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    column: Column


@dataclass(frozen=True)
class Shown:
    """A table.

    Attributes:
        task: its name, marked where figures rest on the demo norms.
        about: how it was asked.
        norms: names of the norms; "" where there are none.
        is_demo: whether it rests on the demo norms.
        metrics: those by which a model can be better.
    """

    task: str
    about: str
    norms: str
    is_demo: bool
    metrics: Sequence[Metric]


def shown_tables(comparison: Comparison) -> list[Shown]:
    """The tables of a comparison."""
    return [_shown(table, comparison.baseline) for table in comparison.tables]


@dataclass(frozen=True)
class Stood:
    """The changes of one row on one task that tests tell from chance.

    Attributes:
        label: of the row.
        task: its name.
        better, worse: metrics by which it is so.
    """

    label: str
    task: str
    better: Sequence[str]
    worse: Sequence[str]


def told_changes(tables: Sequence[Shown]) -> list[Stood]:
    """The changes that tests tell from chance, by row and then in the order of the tables."""
    found = [one for table in tables for one in _stood(table)]
    labels = list(dict.fromkeys(one.label for one in found))
    return sorted(found, key=lambda one: labels.index(one.label))


def _stood(table: Shown) -> Iterator[Stood]:
    labels = dict.fromkeys(line.label for metric in table.metrics for line in metric.lines)
    for label in labels:
        better, worse = (
            [
                metric.title
                for metric in table.metrics
                if any(line.label == label and line.told == told for line in metric.lines)
            ]
            for told in (1, -1)
        )
        if better or worse:
            yield Stood(label, table.task, better, worse)


def tested_changes(tables: Sequence[Shown]) -> int:
    """How many changes were tested."""
    return sum(bool(line.p_value) for table in tables for metric in table.metrics for line in metric.lines)


def _shown(table: Table, baseline: str | None) -> Shown:
    columns = [table.columns[place] for place in wording.places_shown(table)]
    norms = ", ".join(dict.fromkeys(one.norms for one in table.asked if one.norms))
    metrics = [_metric(table, column, baseline) for column in columns]
    return Shown(wording.heading(table), wording.about(table), norms, table.is_demo, metrics)


def _metric(table: Table, column: Column, baseline: str | None) -> Metric:
    words = {True: "↑ higher is better", False: "↓ lower is better", None: "no way is better"}[column.better]
    yardsticks = ((wording.PEOPLE, column.yardsticks.people), (wording.CHANCE, column.yardsticks.chance))
    beside = [(name, wording.number(value)) for name, value in yardsticks if value is not None]
    lines = [
        _line(table, column, label, column.cells[label], baseline)
        for label in table.labels
        if label in column.cells
    ]
    return Metric(column.title, words, beside, lines, column)


def _line(table: Table, column: Column, label: str, cell: Cell, baseline: str | None) -> Line:
    change = cell.change
    has_change = change is not None and math.isfinite(change.value)
    return Line(
        label,
        label == baseline,
        wording.remarks(table, label),
        wording.number(cell.value),
        wording.interval(cell.interval),
        wording.number(change.value, signed=True) if change and has_change else "",
        wording.interval(change.interval, signed=True) if change else "",
        f"{wording.p_value(change.corrected)}{wording.star(change)}" if change else "",
        told(change, column.better) if change else 0,
        cell.items,
        cell.seeds,
        cell.is_best,
    )
