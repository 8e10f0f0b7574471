"""Metrics of an answer that is compared with those of all countries (kind ``opinions``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.cultures import get_culture
from align_tasks.metrics import jensen_shannon_distance, tied
from align_tasks.scores.survey import Distribution, answer_distributions


@dataclass(frozen=True)
class OpinionAnswer:
    """A model's answer distribution on one question, beside those of the countries that answered it.

    Attributes:
        item: the question's id.
        model: shape (options,), the mean over both orders of the options.
        countries: ISO 3166-1 alpha-3 codes.
        shares: shape (countries, options), their answer distributions.
    """

    item: str
    model: Distribution
    countries: tuple[str, ...]
    shares: NDArray[np.float64]

    @property
    def uniform(self) -> Distribution:
        """Equal probabilities for all options."""
        return np.full_like(self.model, 1 / len(self.model))


def read_answer(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> OpinionAnswer:
    """The answer to a row of `align_opinions.tasks.dataset`."""
    return OpinionAnswer(
        item=doc["item"],
        model=np.mean(answer_distributions(results), axis=0),
        countries=tuple(doc["countries"]),
        shares=np.array(doc["shares"]),
    )


def similarity(answer: OpinionAnswer, culture: str) -> float | None:
    """1 - Jensen-Shannon distance to the answers of the culture's country, in [0, 1] (Durmus et al. 2023).

    The distance is the square root of the divergence with logarithms to base 2. We do not know the base of
    the authors' figures: with natural logarithms, the default of SciPy, every distance is smaller by the
    factor sqrt(ln 2) = 0.83. The mean is over the questions that the country answered, as theirs is.
    """
    return _similarity(answer, answer.model, culture)


def similarity_uniform(answer: OpinionAnswer, culture: str) -> float | None:
    """What equal probabilities for all options would score."""
    return _similarity(answer, answer.uniform, culture)


def percentile(answer: OpinionAnswer, culture: str) -> float | None:
    """Share of the other countries that are farther from the model than the culture's country, in [0, 1].

    1 when it is the nearest of all, 0 when it is the farthest; countries at the same distance (`tied`) count
    half.
    Questions that it did not answer, or that no other country answered, are left out.
    """
    return _percentile(answer, answer.model, culture)


def percentile_uniform(answer: OpinionAnswer, culture: str) -> float | None:
    """What equal probabilities for all options would score."""
    return _percentile(answer, answer.uniform, culture)


def _similarity(answer: OpinionAnswer, answers: Distribution, culture: str) -> float | None:
    country = get_culture(culture).country
    if country not in answer.countries:
        return None
    return 1 - float(jensen_shannon_distance(answers, answer.shares[answer.countries.index(country)]))


def _percentile(answer: OpinionAnswer, answers: Distribution, culture: str) -> float | None:
    country = get_culture(culture).country
    if country not in answer.countries or len(answer.countries) == 1:
        return None
    place = answer.countries.index(country)
    distances = np.asarray(jensen_shannon_distance(answers, answer.shares))
    others = np.delete(distances, place)
    equal = tied(others, distances[place])
    return float(np.mean(np.where(equal, 0.5, others > distances[place])))
