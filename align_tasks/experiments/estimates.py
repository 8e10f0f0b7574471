"""What steps will take: measured where steps like them are finished, else calculated, else not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from align_tasks.experiments.measured import Took
from align_tasks.experiments.step import Step

WEIGHTS = "weights"


class Estimate(NamedTuple):
    """An estimate.

    Attributes:
        value: seconds, or bytes.
        source: what it was measured on, or calculated from.
        is_least: whether it takes no less, and rather more.
    """

    value: float
    source: str
    is_least: bool = False


class Estimates(NamedTuple):
    """Estimates of one step; None for what is not known.

    Attributes:
        time: in seconds.
        memory: in bytes, of the largest process.
        disk: in bytes, of what the step leaves.
    """

    time: Estimate | None
    memory: Estimate | None
    disk: Estimate | None


@dataclass(frozen=True)
class Total:
    """An estimate of several steps together.

    Attributes:
        value: seconds or bytes of those that are known; None where none is.
        unknown: how many are not known.
        is_least: whether any of the known ones is a lower bound.
    """

    value: float | None
    unknown: int
    is_least: bool


def estimates_of(
    step: Step, steps: Iterable[Step], took: Mapping[str, Took], weights: int | None
) -> Estimates:
    """What a step will take.

    Args:
        step: one that is to be done.
        steps: all of the experiment.
        took: what those that are finished took, by name.
        weights: bytes of the weights that it loads; None where not known.
    """
    finished = [one for one in steps if one.name in took]
    alike = [[one for one in finished if one.like[:1] == (like,)] for like in step.like]
    closest = alike[0] if alike else []
    memory = _median({one.name: took[one.name].memory for one in closest})
    if memory is None and weights is not None:
        memory = Estimate(weights, WEIGHTS, is_least=True)
    times = (_median({one.name: took[one.name].seconds for one in group}) for group in alike)
    return Estimates(
        time=next((time for time in times if time is not None), None),
        memory=memory,
        disk=_median({one.name: took[one.name].disk for one in closest}),
    )


def _median(measured: Mapping[str, float | None]) -> Estimate | None:
    """The median of what was measured, by name of the step."""
    known = {name: value for name, value in measured.items() if value is not None}
    if not known:
        return None
    source = f"{len(known)} like it" if len(known) > 1 else next(iter(known))
    return Estimate(median(known.values()), source)


def summed(estimates: Sequence[Estimate | None]) -> Total:
    """The sum."""
    return _total(estimates, sum)


def largest(estimates: Sequence[Estimate | None]) -> Total:
    """The largest."""
    return _total(estimates, max)


def _total(estimates: Sequence[Estimate | None], of: Any) -> Total:
    known = [one for one in estimates if one is not None]
    return Total(
        value=of(one.value for one in known) if known else None,
        unknown=len(estimates) - len(known),
        is_least=any(one.is_least for one in known),
    )
