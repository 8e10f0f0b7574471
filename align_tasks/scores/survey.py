"""Metrics of a model's answer to a survey item (kind ``survey``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.metrics import earth_movers_distance, jensen_shannon_distance, softmax
from align_tasks.scale import Scale

Distribution = NDArray[np.float64]


@dataclass(frozen=True)
class SurveyAnswer:
    """A model's answer distribution on one item, beside people's; all of shape (options,).

    Attributes:
        item: the item's name in its survey.
        scale: ``ordinal`` or ``nominal``.
        given, backwards: asked with the options in the given and in the reversed order; both over the options
            in the given order.
        shares: people's answer distribution.
        human: JS and transport distance between two random halves of the people; None where their number is
            not known.
    """

    item: str
    scale: Scale
    given: Distribution
    backwards: Distribution
    shares: Distribution
    human: tuple[float, float] | None

    @property
    def model(self) -> Distribution:
        """The model's answer distribution: the mean over both orders."""
        return (self.given + self.backwards) / 2

    @property
    def uniform(self) -> Distribution:
        """Equal probabilities for all options."""
        return np.full_like(self.shares, 1 / len(self.shares))


def read_answer(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> SurveyAnswer:
    """The answer to a row of `align_tasks.tasks.survey`."""
    return survey_answer(doc, *answer_distributions(results))


def survey_answer(doc: dict[str, Any], given: Distribution, backwards: Distribution) -> SurveyAnswer:
    """A model's distributions on a row, beside people's."""
    human = doc["human"]
    return SurveyAnswer(
        item=doc["item"],
        scale=doc["scale"],
        given=given,
        backwards=backwards,
        shares=np.array(doc["shares"]),
        human=None if human is None else (human[0], human[1]),
    )


def answer_distributions(results: Sequence[tuple[float, bool]]) -> tuple[Distribution, Distribution]:
    """The model's answer distribution in the given and in the reversed order of the options.

    Args:
        results: log-likelihoods of the labels, first in the given order, then in the reversed one.

    Returns:
        Two distributions, both over the options in the given order. Each is the softmax of the
        labels' log-likelihoods, the limit of constrained sampling.
    """
    log_likelihoods = np.array([log_likelihood for log_likelihood, _ in results]).reshape(2, -1)
    given, backwards = softmax(log_likelihoods)
    return given, backwards[::-1]


def read_samples(doc: dict[str, Any], results: Sequence[str]) -> SurveyAnswer:
    """The answer to a row of `align_tasks.tasks.survey` whose options were drawn: how often each was.

    Args:
        doc: the row.
        results: drawn labels, a line each, first in the given order, then in the reversed one.
    """
    labels = doc["choices"]
    given, backwards = (
        np.array([drawn.count(label) for label in labels]) / len(drawn)
        for drawn in ([line.strip() for line in result.splitlines()] for result in results)
    )
    return survey_answer(doc, given, backwards[::-1])


def jsd(answer: SurveyAnswer) -> float:
    """Jensen-Shannon distance (base 2) to people's shares."""
    return float(jensen_shannon_distance(answer.model, answer.shares))


def jsd_uniform(answer: SurveyAnswer) -> float:
    """What equal probabilities for all options would score."""
    return float(jensen_shannon_distance(answer.uniform, answer.shares))


def jsd_human(answer: SurveyAnswer) -> float | None:
    """What one half of the people scores on the other half."""
    return None if answer.human is None else answer.human[0]


def emd(answer: SurveyAnswer) -> float | None:
    """Earth mover's distance over the options' ranks, ordinal items only."""
    if answer.scale != "ordinal":
        return None
    return float(earth_movers_distance(answer.model, answer.shares))


def emd_uniform(answer: SurveyAnswer) -> float | None:
    """What equal probabilities for all options would score."""
    if answer.scale != "ordinal":
        return None
    return float(earth_movers_distance(answer.uniform, answer.shares))


def emd_human(answer: SurveyAnswer) -> float | None:
    """What one half of the people scores on the other half."""
    return None if answer.human is None or answer.scale != "ordinal" else answer.human[1]


def order_effect(answer: SurveyAnswer) -> float:
    """Jensen-Shannon distance between the answers to the two option orders."""
    return float(jensen_shannon_distance(answer.given, answer.backwards))
