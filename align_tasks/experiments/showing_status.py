"""How far an experiment is, as lines for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from align_tasks.experiments.showing_plan import estimates_json, told
from align_tasks.experiments.status import Stage, Status, StepStatus
from align_tasks.experiments.words import columns, duration, rough, steps


def lines(status: Status) -> Iterator[str]:
    """A line for each step, and how many there are at each stage."""
    heads = ("state", "step", "time", "estimate", "starts", "told last")
    yield from columns([heads, *map(_row, status.steps)])
    yield ""
    counts = [f"{number} {stage}" for stage in get_args(Stage) if (number := status.count(stage))]
    yield f"{steps(len(status.steps))}: {', '.join(reversed(counts))}"
    if (left := status.left).value is not None:
        more = f"; not known of {steps(left.unknown)}" if left.unknown else ""
        yield f"left: about {rough(left.value)}, one step after the other{more}"
    elif left.unknown:
        yield "left: not known"


def _row(one: StepStatus) -> tuple[str, ...]:
    took = duration(one.seconds) if one.seconds is not None else ""
    about = told(one.estimates.time, rough) if one.estimates is not None else ""
    return (one.stage, one.step.name, took, about, str(one.starts or ""), one.last_line)


def as_json(status: Status, output: Path) -> dict[str, Any]:
    """The same for programs, in seconds and bytes."""
    return {
        "output": str(output),
        "steps": [_step_json(one) for one in status.steps],
        "totals": {
            **{stage: status.count(stage) for stage in get_args(Stage)},
            "starts": sum(one.starts for one in status.steps),
            "left": vars(status.left),
        },
    }


def _step_json(one: StepStatus) -> dict[str, Any]:
    return {
        "name": one.step.name,
        "kind": one.step.kind,
        "state": one.stage,
        "seconds": one.seconds,
        "starts": one.starts,
        "last_line": one.last_line or None,
        "estimates": None if one.estimates is None else estimates_json(one.estimates),
    }
