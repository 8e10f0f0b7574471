"""How far an experiment is, by what its steps noted: nothing is written, and nothing waits for it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from align_tasks.experiments.estimates import Estimate, Estimates, Total, summed
from align_tasks.experiments.measured import took_of
from align_tasks.experiments.planned import estimates_by_name
from align_tasks.experiments.prepare import Prepared, check_folder
from align_tasks.experiments.states import StepState, last_line, lock_file, read_state
from align_tasks.experiments.step import Step

Stage = Literal["waiting", "running", "interrupted", "failed", "done"]


@dataclass(frozen=True)
class StepStatus:
    """How far a step is.

    Attributes:
        step: which.
        stage: what it is doing; interrupted where it began, did not end, and no process works on it.
        seconds: that it has been running, or took; None where not known.
        starts: how often it was started.
        last_line: what it told last, where it is neither waiting nor done.
        estimates: where it is not done.
    """

    step: Step
    stage: Stage
    seconds: float | None
    starts: int
    last_line: str
    estimates: Estimates | None


@dataclass(frozen=True)
class Status:
    """How far an experiment is, step by step."""

    steps: list[StepStatus]

    @property
    def left(self) -> Total:
        """Seconds that are left, one step after the other: of those that run, what their estimate leaves."""
        return summed([_left(one) for one in self.steps if one.stage != "done"])

    def count(self, stage: Stage) -> int:
        """How many steps are at a stage."""
        return sum(one.stage == stage for one in self.steps)


def _left(one: StepStatus) -> Estimate | None:
    time = one.estimates.time if one.estimates is not None else None
    if time is None or one.stage != "running":
        return time
    return time._replace(value=max(0.0, time.value - (one.seconds or 0.0)))


def status_of(prepared: Prepared) -> Status:
    """How far an experiment is.

    Raises:
        AlignError: its folder holds something else.
    """
    output = prepared.output
    if output.exists():
        check_folder(prepared)
    stages = _stages(output, prepared.steps)
    not_done = [name for name, (stage, _) in stages.items() if stage != "done"]
    estimates = estimates_by_name(prepared, not_done, took_of(output, prepared.steps))
    return Status(
        [_status(output, step, *stages[step.name], estimates.get(step.name)) for step in prepared.steps]
    )


def _stages(output: Path, steps: Sequence[Step]) -> dict[str, tuple[Stage, StepState | None]]:
    """The stage of each step with what was noted of it under its key."""
    found: dict[str, tuple[Stage, StepState | None]] = {}
    made: set[str] = set()
    for step in steps:
        is_at_work = is_worked_on(output, step.name)
        state = read_state(output, step.name)  # after the look: a step that ends has noted it by then
        state = state if state is not None and state.key == step.key else None
        found[step.name] = (_stage(output, step, state, is_at_work, made.issuperset(step.inputs)), state)
        made.update(step.outputs if found[step.name][0] == "done" else ())
    return found


def _stage(output: Path, step: Step, state: StepState | None, is_at_work: bool, has_inputs: bool) -> Stage:
    if state is not None and state.state == "failed":
        return "failed"
    if state is not None and state.state == "running" and is_at_work:
        return "running"
    is_whole = all((output / path).exists() for path in step.outputs)
    if is_whole and has_inputs and (state is not None or step.kind != "compare"):
        return "done"
    return "interrupted" if state is not None and state.state == "running" else "waiting"


def is_worked_on(output: Path, name: str) -> bool:
    """Whether a process works on a step, and so has the lock of the step, which is let go of at once here."""
    try:
        with lock_file(output, name).open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _status(
    output: Path, step: Step, stage: Stage, state: StepState | None, estimates: Estimates | None
) -> StepStatus:
    seconds = None
    if state is not None and state.state != "running" and state.ended is not None:
        seconds = state.ended - state.started
    elif state is not None and stage == "running":
        seconds = time.time() - state.started
    return StepStatus(
        step,
        stage,
        seconds if stage != "waiting" else None,
        state.starts if state is not None else 0,
        last_line(output, step.name) if stage in ("running", "interrupted", "failed") else "",
        estimates,
    )
