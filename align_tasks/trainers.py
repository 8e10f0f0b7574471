"""A trainer: what turns a model, a culture and a recipe into an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.reference import Function


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """What a trainer is to do.

    Attributes:
        model: folder or hub name of the model.
        culture: whose associations to learn.
        recipe: every setting of the trainer.
        output: a folder of its own, empty.
    """

    model: str
    culture: Culture
    recipe: Mapping[str, Any]
    output: Path


@dataclass(frozen=True)
class Trainer:
    """A way to train, as ``align train NAME`` runs it.

    Attributes:
        name: such as ``sft``.
        summary: what it does, one line for ``align train``.
        train: takes a `TrainingJob` and writes a PEFT adapter to its ``output``.
        recipe: every setting with its default.
    """

    name: str
    _: KW_ONLY
    summary: str
    train: Function
    recipe: Mapping[str, Any] = field(default_factory=dict)


def trainers() -> dict[str, Trainer]:
    """All trainers by name."""
    from align_tasks.plugins.loading import registry

    return dict(registry().trainers)


def get_trainer(name: str) -> Trainer:
    """Trainer of that name.

    Raises:
        AlignError: there is none; names those there are, or says how to get some.
    """
    known = trainers()
    if name in known:
        return known[name]
    hint = f"Trainers: {', '.join(sorted(known))}" if known else "No trainer is installed."
    raise AlignError(f"unknown trainer {name!r}", hint=hint)
