"""A trainer: what turns a model, a culture and a recipe into an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.reference import Function


@dataclass(frozen=True)
class Trainer:
    """A way to train, as ``align train NAME`` runs it.

    Attributes:
        name: such as ``sft``.
        summary: what it does, one line for ``align train``.
        train: takes, by name, ``model`` (folder or hub name), ``culture`` (a `Culture`), ``recipe`` (all
            settings) and ``output`` (a folder of its own, empty), and writes a PEFT adapter there.
        recipe: every setting with its default.
    """

    name: str
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
