"""Which samples files the page reads: of every table of a single task, those of each row's runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from align_tasks.comparison.compare import Comparison, Table


@dataclass(frozen=True)
class Run:
    """The answers of one run to one task.

    Attributes:
        row: place of the row in the comparison.
        label: of the row, or where it has several runs, of this one.
        file: with the samples.
    """

    row: int
    label: str
    file: Path


@dataclass(frozen=True)
class TaskRuns:
    """A table of a single task, with the answers that its figures rest on.

    Attributes:
        table: its place in the comparison.
        task: its name.
        runs: those whose samples are at hand.
    """

    table: int
    task: str
    runs: tuple[Run, ...]


def task_runs(comparison: Comparison) -> list[TaskRuns]:
    """Every table of a single task that has samples; groups hold no answers beside those of their tasks."""
    found = []
    for place, table in enumerate(comparison.tables):
        runs = tuple(_runs(comparison, table))
        if runs:
            found.append(TaskRuns(place, table.task, runs))
    return found


def _runs(comparison: Comparison, table: Table) -> Iterator[Run]:
    for place, row in enumerate(comparison.rows):
        names = dict(zip(row.entries, (one.label for one in row.members), strict=True))
        for scored in table.scored.get(row.label, ()):
            if scored.results.members == (table.task,) and table.task in scored.files:
                label = row.label if len(row.entries) == 1 else names[scored.entry]
                yield Run(place, label, scored.files[table.task])
