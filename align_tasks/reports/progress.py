"""How far an experiment got: every step with its state, its time, and how often it was started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from align_tasks.experiments.states import last_line, read_state
from align_tasks.experiments.step import Kind
from align_tasks.reports.plan import Plan, PlannedStep

_LARGEST = 1e15

Reached = Literal["done", "failed", "begun", "missing"]


@dataclass(frozen=True)
class Progress:
    """How far a step got.

    Attributes:
        name: of the step.
        kind: of its work.
        reached: ``begun`` is not ended: it runs now, or was interrupted.
        started, ended: of its last start, seconds since 1970; None where not noted.
        starts: how often it was started; None where not noted.
        memory: bytes that the largest process of its last start had; None where not measured.
        told: what it told last, if it failed.
    """

    name: str
    kind: Kind
    reached: Reached
    started: float | None = None
    ended: float | None = None
    starts: int | None = None
    memory: int | None = None
    told: str = ""

    @property
    def seconds(self) -> float | None:
        """How long its last start took."""
        return None if self.started is None or self.ended is None else self.ended - self.started


@dataclass(frozen=True)
class Count:
    """How many steps got how far."""

    done: int
    failed: int
    begun: int
    missing: int

    @property
    def all(self) -> int:
        """How many steps there are."""
        return self.done + self.failed + self.begun + self.missing

    @property
    def is_finished(self) -> bool:
        """Whether every step is done."""
        return self.done == self.all

    def in_words(self) -> str:
        """Such as ``3 of 12 steps are done, 1 failed, 8 are missing``."""
        pieces = [f"{self.done} of {self.all} steps are done"]
        pieces += [f"{self.failed} failed"] if self.failed else []
        pieces += [f"{self.begun} {_were(self.begun)} begun and not ended"] if self.begun else []
        pieces += [f"{self.missing} {'is' if self.missing == 1 else 'are'} missing"] if self.missing else []
        return ", ".join(pieces)


def progress_of(folder: Path, plan: Plan) -> list[Progress]:
    """The steps in their order."""
    return [_progress(folder, name, step) for name, step in plan.steps.items()]


def count(steps: Sequence[Progress]) -> Count:
    """How many of some steps got how far."""
    reached = [step.reached for step in steps]
    return Count(*(reached.count(one) for one in ("done", "failed", "begun", "missing")))


def _progress(folder: Path, name: str, step: PlannedStep) -> Progress:
    state = read_state(folder, name)
    if state is not None and state.key != step.key:
        state = None
    is_there = all((folder / path).is_file() for path in step.outputs)
    if state is None:  # an output whose path does not hold the key may be of an earlier recipe
        is_done = is_there and step.key in step.outputs[0]
        return Progress(name, step.kind, "done" if is_done else "missing")
    reached: Reached = "failed" if state.state == "failed" else "done" if is_there else "begun"
    told = last_line(folder, name) if reached == "failed" else ""
    starts, memory = (_number(value) for value in (state.starts, state.peak_memory))
    return Progress(
        name,
        step.kind,
        reached,
        _number(state.started),
        _number(state.ended),
        None if starts is None else round(starts),
        None if memory is None else round(memory),
        told,
    )


def _number(value: object) -> float | None:
    """A number as a state may hold it; None for anything else that stands in its file."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < _LARGEST else None


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
