"""What finished steps took: time, memory, and disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from align_tasks.experiments.states import StepState, read_state
from align_tasks.experiments.step import Step


@dataclass(frozen=True)
class Took:
    """What a finished step took; None for what was not measured.

    Attributes:
        seconds: from its start to its end; None where it went on from an earlier start.
        memory: bytes that its largest process had in memory.
        disk: bytes that it left.
    """

    seconds: float | None
    memory: int | None
    disk: int | None


def took_of(output: Path, steps: Iterable[Step]) -> dict[str, Took]:
    """What steps that finished in an experiment's folder took, by name; others are left out."""
    states = {step.name: read_state(output, step.name) for step in steps}
    return {
        step.name: Took(_seconds(state), state.peak_memory, disk_of(output, step))
        for step in steps
        if (state := states[step.name]) is not None and state.state == "finished" and state.key == step.key
    }


def _seconds(state: StepState) -> float | None:
    return state.ended - state.started if state.ended is not None and state.starts == 1 else None


def disk_of(output: Path, step: Step) -> int | None:
    """Bytes of what a step left; None where that is not there any more."""
    sizes = list(_sizes(output, step))
    return sum(sizes) if sizes else None


def _sizes(output: Path, step: Step) -> Iterator[int]:
    for path in _files(output, step):
        try:
            yield path.stat().st_size
        except OSError:
            continue


def _files(output: Path, step: Step) -> Iterator[Path]:
    """The files that a step left: a comparison its own, others all in their folder."""
    if step.kind == "compare":
        yield from (output / path for path in step.outputs)
    else:
        yield from (path for path in (output / step.outputs[0]).parent.rglob("*") if path.is_file())
