"""What an experiment trained: the record of each training, and of one that is not finished what is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from align_tasks.adapters.record import AdapterRecord, read_record
from align_tasks.errors import AlignError
from align_tasks.reports.plan import Plan, PlannedStep
from align_tasks.runs import RECORD


@dataclass(frozen=True)
class Trained:
    """One training.

    Attributes:
        name: of its folder; the seed stands at its end.
        trainer, culture: their names.
        start: name of the training that it begins from; None for none.
        folder: with what it left.
        record: of the finished training; None for another, or where it cannot be read.
        settings: every setting; None where it has not begun.
    """

    name: str
    trainer: str
    culture: str
    start: str | None
    folder: Path
    record: AdapterRecord | None
    settings: Mapping[str, Any] | None

    @property
    def run(self) -> str:
        """Its name without the seed: what trainings that differ in the seed only have in common."""
        return self.name.rpartition("-")[0]

    @property
    def seed(self) -> str:
        """Of the random numbers."""
        return self.name.rpartition("-")[2]


def trained_in(folder: Path, plan: Plan, notes: list[str]) -> list[Trained]:
    """All trainings of an experiment, finished or not; what cannot be read is noted."""
    return [_trained(folder, step, notes) for step in plan.of_kind("train").values()]


def by_run(trained: list[Trained]) -> dict[str, list[Trained]]:
    """The trainings by run, in their order."""
    found: dict[str, list[Trained]] = {}
    for one in trained:
        found.setdefault(one.run, []).append(one)
    return found


def records(trained: list[Trained]) -> Iterator[AdapterRecord]:
    """Those that there are."""
    return (one.record for one in trained if one.record is not None)


def _trained(folder: Path, step: PlannedStep, notes: list[str]) -> Trained:
    place = folder / step.folder
    record = None
    try:
        record = read_record(place)
    except AlignError as error:
        notes.append(error.problem)
    start = step.option("--adapter")
    return Trained(
        step.folder.name,
        step.command[1] if len(step.command) > 1 else "",
        step.option("--culture") or "",
        None if start is None else PurePath(start).name,
        place,
        record,
        _begun(place / RECORD) if record is None else record.recipe,
    )


def _begun(file: Path) -> Mapping[str, Any] | None:
    """The settings of a training that has begun."""
    try:
        settings = json.loads(file.read_bytes())["recipe"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return settings if isinstance(settings, dict) else None
