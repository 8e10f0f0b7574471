"""One step of an experiment: a command of `align`, what it needs, and what it leaves."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from align_tasks.experiments.places import Where
from align_tasks.experiments.recipe import NO_NEEDS, Needs

DONE = "step.json"
"""In a folder that a step has filled: which step, and a hash of every file."""

Kind = Literal["train", "evaluate", "compare"]


class Loaded(NamedTuple):
    """A model that a step loads.

    Attributes:
        model: folder or hub name.
        dtype: number format that its weights get in memory: ``auto`` is that of its files.
    """

    model: str
    dtype: str


@dataclass(frozen=True)
class Step:
    """A step. Paths are relative to the folder of the experiment.

    Attributes:
        name: of the step, and of its log.
        kind: of work.
        key: hash of all that the output depends on; another key is another output.
        command: the words after `align`; what a comparison reads may be a pattern, with ``*``.
        inputs: outputs of other steps that must be there before; when their content changes, it runs again.
        outputs: files that it leaves; the engine runs the step where one is missing.
        makes_folder: the output lies in a folder that the command fills under another name until it is whole.
        prints: the first output is what the command prints.
        needs: cores, memory, GPUs, time.
        where: the part of the recipe that it comes from.
        like: hashes of what its time depends on, closest first: steps that have one in common take about as
            long, and those with the same first one need about as much memory and disk.
        loads: the model that it loads; None for none, or where the number format is not known.
    """

    name: str
    kind: Kind
    key: str
    command: Sequence[str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    makes_folder: bool = False
    prints: bool = False
    needs: Needs = NO_NEEDS
    where: Where = ()
    like: Sequence[str] = ()
    loads: Loaded | None = None


def shown(command: Sequence[str]) -> str:
    """A command as one may type it."""
    return " ".join(word if "*" in word else shlex.quote(word) for word in ("align", *command))


def unfinished(path: str) -> str:
    """Where an output is put together until it is whole."""
    return f"{path}.unfinished"
