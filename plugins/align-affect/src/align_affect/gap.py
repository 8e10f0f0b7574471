"""Average rating of the first words of a list, and the gap between a model's list and people's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

FIRST_WORDS = 10

Average = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class AffectGap:
    """Average rating of the model's words for a cue, and of people's, on the scale of the norms.

    Attributes:
        model: average rating of the model's words.
        people: average rating of people's words.
    """

    model: float
    people: float

    @property
    def gap(self) -> float:
        """model - people: above 0 when the model's words are rated higher."""
        return self.model - self.people


def average_rating(
    words: Sequence[str], ratings: Mapping[str, float], average: Average = fmean
) -> float | None:
    """Average rating of those of the first 10 words of a list that the norms rate.

    The first 10 words as in arXiv 2508.13426. Words without a rating are left out, and no later ones step in.

    Args:
        words: associations with a cue, strongest first, normalised like the norms; a repeat counts again.
        ratings: rating of each word, in the unit of the norms.
        average: the mean, or another average.

    Returns:
        The average, in the range of the ratings, or None when none of the words is rated.
    """
    rated = [ratings[word] for word in words[:FIRST_WORDS] if word in ratings]
    return average(rated) if rated else None


def affect_gap(
    model: Sequence[str], people: Sequence[str], ratings: Mapping[str, float], average: Average = fmean
) -> AffectGap | None:
    """`average_rating` of a model's words for a cue and of people's, by the same norms.

    Args:
        model: the model's associations, best first.
        people: people's associations, most frequent first.
        ratings: rating of each word.
        average: the mean, or another average.

    Returns:
        Both averages, or None when the norms rate no word of one of the lists.
    """
    ours, theirs = average_rating(model, ratings, average), average_rating(people, ratings, average)
    return None if ours is None or theirs is None else AffectGap(ours, theirs)
