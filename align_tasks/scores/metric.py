"""A metric: one number for one answer of a model, and how tasks name it."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from align_tasks.errors import AlignError
from align_tasks.reference import Function

_NAME = re.compile("[a-z][a-z0-9_]*")
_TAKEN = ("bypass",)  # which lm-eval gives a meaning of its own


@dataclass(frozen=True)
class Metric:
    """One number for each answer of a kind; lm-eval reports its mean and standard error.

    Attributes:
        kind: of the answers that it scores: ``association``, ``ranking``, ``likelihood``, ``survey``,
            ``tension``, or a kind of a plugin's own. The task file names the kind under ``metrics``.
        name: in results. ``{culture}`` in it gives a number for each culture that the task compares.
        score: takes the answer, and the culture where the name has one; returns a number, or None to leave
            the metric out for this answer by a rule that is the same for every model.
        better: which way a model is better, or None for a number that only stands beside others.
        describe: takes a row of the task; returns what the results should say of the data that the metric
            rests on, such as ``{"ratings": ["…"]}``.
    """

    kind: str
    name: str
    score: Function
    _: KW_ONLY
    better: Literal["higher", "lower"] | None = None
    describe: Function | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name.replace("{culture}", "x")) or self.name in _TAKEN:
            raise AlignError(
                f"{self.name!r} cannot name a metric: take lower-case letters, digits and '_', a letter "
                "first, and {culture} where it gives a number for each culture"
            )
        if not _NAME.fullmatch(self.kind):
            raise AlignError(f"{self.kind!r} cannot name a kind of answers")
        if self.better not in ("higher", "lower", None):
            raise AlignError(f"{self.better!r} is no way to be better: take 'higher', 'lower' or None")


def metrics_of(kind: str) -> list[Metric]:
    """The metrics of a kind of answers: those of the package, then those of plugins."""
    from align_tasks.plugins.loading import registry

    return [metric for metric in registry().metrics.values() if metric.kind == kind]
