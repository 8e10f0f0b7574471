"""What `align run` would do: the steps that are done with what they took, the others with estimates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

from align_tasks.experiments.engine import steps_to_do
from align_tasks.experiments.estimates import Estimates, Total, estimates_of, largest, summed
from align_tasks.experiments.measured import Took, took_of
from align_tasks.experiments.prepare import Prepared, check_folder, plan_of
from align_tasks.experiments.states import PLAN
from align_tasks.experiments.step import Step
from align_tasks.experiments.weights import weights_in_memory


@dataclass(frozen=True)
class Planned:
    """A step before anything starts.

    Attributes:
        step: which.
        took: where it is done, what it took, as far as known.
        estimates: where it is to be done.
    """

    step: Step
    took: Took | None
    estimates: Estimates | None


@dataclass(frozen=True)
class Outlook:
    """What would be done.

    Attributes:
        steps: all, in order.
        free: bytes that the disk of the experiment's folder has left.
    """

    steps: list[Planned]
    free: int

    @property
    def to_do(self) -> list[Estimates]:
        """Estimates of the steps that are to be done."""
        return [one.estimates for one in self.steps if one.estimates is not None]

    @property
    def time(self) -> Total:
        """Seconds of all steps, one after the other."""
        return summed([one.time for one in self.to_do])

    @property
    def memory(self) -> Total:
        """Bytes of the step that needs most."""
        return largest([one.memory for one in self.to_do])

    @property
    def disk(self) -> Total:
        """Bytes that all steps leave."""
        return summed([one.disk for one in self.to_do])

    @property
    def is_too_large(self) -> bool:
        """Whether what is known of the disk space that is needed is more than there is."""
        return (self.disk.value or 0) > self.free


def outlook(prepared: Prepared, cores: int) -> Outlook:
    """What would be done, without a trace in the experiment's folder."""
    to_do = _to_do(prepared, cores)
    took = took_of(prepared.output, prepared.steps)
    estimates = estimates_by_name(prepared, to_do, took)
    found = [Planned(step, took.get(step.name), estimates.get(step.name)) for step in prepared.steps]
    return Outlook(found, free_space(prepared.output))


def _to_do(prepared: Prepared, cores: int) -> set[str]:
    """Names of the steps that would run."""
    if not prepared.output.exists():
        return {step.name for step in prepared.steps}
    check_folder(prepared)
    with TemporaryDirectory() as folder:
        plan = Path(folder, PLAN)
        plan.write_bytes(plan_of(prepared, cores))
        return steps_to_do(prepared.output, plan)


def estimates_by_name(
    prepared: Prepared, names: Collection[str], took: Mapping[str, Took]
) -> dict[str, Estimates]:
    """Estimates of steps by name.

    Args:
        names: of the steps.
        took: what finished steps took, by name.
    """
    weights = cache(weights_in_memory)

    def found(step: Step) -> Estimates:
        return estimates_of(step, prepared.steps, took, weights(step.loads) if step.loads else None)

    return {step.name: found(step) for step in prepared.steps if step.name in names}


def free_space(folder: Path) -> int:
    """Bytes that are free where a folder is, or will be."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return disk_usage(there).free
