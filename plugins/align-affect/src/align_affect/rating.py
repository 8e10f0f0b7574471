"""Metrics of a model's rating of a word (kind ``rating``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from align_tasks.scores.survey import Distribution, answer_distributions


@dataclass(frozen=True)
class WordRating:
    """A model's answer distribution over the points of a scale, beside people's mean rating.

    Attributes:
        word: that was rated.
        dimension: ``valence``, ``arousal`` or ``concreteness``.
        model: shape (points,), from the low end to the high end; the mean over both option orders.
        people: people's mean rating, between `low` and `high`.
        low: rating of the first point.
        high: rating of the last point.
    """

    word: str
    dimension: str
    model: Distribution
    people: float
    low: float
    high: float

    @property
    def expected(self) -> float:
        """Mean of the model's answer distribution, in the unit of the ratings."""
        return float(self.model @ np.linspace(self.low, self.high, len(self.model)))

    @property
    def middle(self) -> float:
        """The rating that equal probabilities for all points give."""
        return (self.low + self.high) / 2


def read_answer(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> WordRating:
    """The answer to a row of `align_affect.task`."""
    low, high = doc["range"]
    return WordRating(
        word=doc["word"],
        dimension=doc["dimension"],
        model=np.mean(answer_distributions(results), axis=0),
        people=doc["rating"],
        low=low,
        high=high,
    )


@dataclass(frozen=True)
class Scores:
    """The metrics of one dimension, which are left out on rows of the others, or of all.

    Differences are divided by the range of the scale, 8 for valence and arousal and 4 for concreteness, so
    that dimensions can be compared.

    Attributes:
        dimension: None for all.
    """

    dimension: str | None = None

    def error(self, answer: WordRating) -> float | None:
        """Absolute difference between the model's expected rating and people's mean, in [0, 1]."""
        return None if self._is_other(answer) else abs(_relative(answer, answer.expected))

    def error_uniform(self, answer: WordRating) -> float | None:
        """What equal probabilities for all points would score."""
        return None if self._is_other(answer) else abs(_relative(answer, answer.middle))

    def bias(self, answer: WordRating) -> float | None:
        """The model's expected rating minus people's mean, in [-1, 1]."""
        return None if self._is_other(answer) else _relative(answer, answer.expected)

    def _is_other(self, answer: WordRating) -> bool:
        return self.dimension not in (None, answer.dimension)


def _relative(answer: WordRating, rating: float) -> float:
    return (rating - answer.people) / (answer.high - answer.low)


overall = Scores()
valence = Scores("valence")
arousal = Scores("arousal")
concreteness = Scores("concreteness")
