"""Metrics of how likely a model finds people's associations (kind ``likelihood``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.metrics import jensen_shannon_distance, softmax
from align_tasks.metrics import spearman as rank_correlation


@dataclass(frozen=True)
class Likelihoods:
    """A model's log-likelihoods of people's most frequent responses to one cue.

    Attributes:
        cue: the word that was asked about.
        language: code, as a `Language` has it.
        log_likelihoods: shape (responses,), natural logarithm.
        counts: shape (responses,), how many people gave each.
        human_jsd, human_spearman: what one half of the people scores on the other half.
    """

    cue: str
    language: str
    log_likelihoods: NDArray[np.float64]
    counts: NDArray[np.float64]
    human_jsd: float
    human_spearman: float


def read_answer(doc: dict[str, Any], results: Sequence[tuple[float, bool]]) -> Likelihoods:
    """The answer to a row of `align_tasks.tasks.likelihood`."""
    return Likelihoods(
        cue=doc["cue"],
        language=doc["language"],
        log_likelihoods=np.array([log_likelihood for log_likelihood, _ in results]),
        counts=np.array(doc["counts"], dtype=float),
        human_jsd=doc["human"][0],
        human_spearman=doc["human"][1],
    )


def jsd(answer: Likelihoods) -> float:
    """Jensen-Shannon distance (base 2) between the softmax of the log-likelihoods and people's strengths."""
    strengths = answer.counts / answer.counts.sum()
    return float(jensen_shannon_distance(softmax(answer.log_likelihoods), strengths))


def jsd_human(answer: Likelihoods) -> float:
    """What one half of the people scores on the other half."""
    return answer.human_jsd


def spearman(answer: Likelihoods) -> float:
    """Correlation of the log-likelihoods with people's counts."""
    return rank_correlation(answer.log_likelihoods, answer.counts)


def spearman_human(answer: Likelihoods) -> float:
    """What one half of the people scores on the other half."""
    return answer.human_spearman
