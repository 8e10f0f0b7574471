"""What `align run` would do, as lines for people and as values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from align_tasks.experiments.estimates import WEIGHTS, Estimate, Estimates, Total
from align_tasks.experiments.measured import Took
from align_tasks.experiments.planned import Outlook, Planned
from align_tasks.experiments.step import shown
from align_tasks.experiments.words import columns, duration, rough, size, steps

UNKNOWN = "?"


def lines(found: Outlook, *, with_commands: bool) -> Iterator[str]:
    """A line for each step, with its command on another one if wished, and the totals."""
    heads = ("state", "step", "time", "memory", "disk", "estimated from")
    head, *rows = columns([heads, *map(_row, found.steps)])
    yield head
    for one, line in zip(found.steps, rows, strict=True):
        yield line
        if with_commands:
            yield f"    {shown(one.step.command)}"
    yield ""
    yield from _totals(found)


def _row(one: Planned) -> tuple[str, ...]:
    if (of := one.estimates) is not None:
        about = [told(of.time, rough), told(of.memory, size), told(of.disk, size)]
        return ("to do", one.step.name, *about, _sources(of))
    took = one.took or Took(None, None, None)
    measured = [(took.seconds, duration), (took.memory, size), (took.disk, size)]
    return ("done", one.step.name, *(as_text(v) if v is not None else "" for v, as_text in measured), "")


def told(estimate: Estimate | None, as_text: Any) -> str:
    """An estimate in words."""
    if estimate is None:
        return UNKNOWN
    return f"{'at least' if estimate.is_least else 'about'} {as_text(estimate.value)}"


def _sources(of: Estimates) -> str:
    """What the estimates rest on, those with one source together."""
    by_source: dict[str, list[str]] = {}
    for name, estimate in of._asdict().items():
        if estimate is not None:
            by_source.setdefault(estimate.source, []).append(name)
    if len(by_source) == 1 and WEIGHTS not in by_source:
        return next(iter(by_source))
    return "; ".join(f"{', '.join(names)}: {source}" for source, names in by_source.items())


def _totals(found: Outlook) -> Iterator[str]:
    if number := len(found.to_do):
        yield f"time    {_total(found.time, rough, 'one step after the other')}"
        yield f"memory  {_total(found.memory, size, 'for the step that needs most')}"
        yield f"disk    {_total(found.disk, size, 'more')}; {size(found.free)} are free"
    if found.is_too_large:
        yield "Warning: the disk has less room than these steps need."
    yield f"{len(found.steps) - number} of {len(found.steps)} steps are done."


def _total(total: Total, as_text: Any, about: str) -> str:
    if total.value is None:
        return "not known"
    known = f"{'at least' if total.is_least else 'about'} {as_text(total.value)} {about}"
    return f"{known}; not known of {steps(total.unknown)}" if total.unknown else known


def as_json(found: Outlook, output: Path) -> dict[str, Any]:
    """The same for programs: seconds and bytes."""
    totals = {"time": found.time, "memory": found.memory, "disk": found.disk}
    return {
        "output": str(output),
        "steps": [_step_json(one) for one in found.steps],
        "totals": {name: vars(total) for name, total in totals.items()} | {"free_disk": found.free},
    }


def _step_json(one: Planned) -> dict[str, Any]:
    return {
        "name": one.step.name,
        "kind": one.step.kind,
        "state": "done" if one.estimates is None else "to do",
        "command": ["align", *one.step.command],
        "took": vars(one.took) if one.took and one.estimates is None else None,
        "estimates": None if one.estimates is None else estimates_json(one.estimates),
    }


def estimates_json(of: Estimates) -> dict[str, Any]:
    """Estimates for programs: null where not known."""
    return {name: one._asdict() if one is not None else None for name, one in of._asdict().items()}
