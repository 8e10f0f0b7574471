"""What people, and equal probabilities, score by a metric: figures of lm-eval beside that of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from align_tasks.comparison.results import Figure, Reported

PEOPLE = ("{}_human", "human_{}")
CHANCE = ("{}_uniform",)


@dataclass(frozen=True)
class Yardsticks:
    """Figures that models are seen beside.

    Attributes:
        people: what half of the people score on the other half, the human ceiling.
        chance: what equal probabilities for all options score.
    """

    people: float | None
    chance: float | None

    def share(self, value: float, better: bool | None) -> float | None:
        """How far a figure has come from chance to the human ceiling: 0 at chance, 1 at the ceiling.

        Where higher is better and nothing tells what chance scores, from 0. None without a ceiling, or where
        lower is better and nothing tells what chance scores.
        """
        floor = 0.0 if better and self.chance is None else self.chance
        if better is None or self.people is None or floor is None or self.people == floor:
            return None
        return (value - floor) / (self.people - floor)


def is_yardstick(figure: Figure, figures: Sequence[Figure]) -> bool:
    """Whether a figure tells what people or equal probabilities score by another."""
    return any(figure == other for one in figures for other in _beside(one, (*PEOPLE, *CHANCE)))


def yardsticks_of(figure: Figure, told: Iterable[Mapping[Figure, Reported]]) -> Yardsticks:
    """The yardsticks of a figure, averaged over those who tell them, who are to tell the same."""
    found = list(told)
    return Yardsticks(_mean(_beside(figure, PEOPLE), found), _mean(_beside(figure, CHANCE), found))


def _beside(figure: Figure, patterns: Sequence[str]) -> list[Figure]:
    metric, chosen = figure
    return [(pattern.format(metric), chosen) for pattern in patterns]


def _mean(names: Sequence[Figure], told: Sequence[Mapping[Figure, Reported]]) -> float | None:
    values = [one[name].value for one in told for name in names if name in one]
    return float(np.mean(values)) if values else None
