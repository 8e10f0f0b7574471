"""Valence, arousal and concreteness of generated words, beside those of people's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True)
class AffectGap:
    """Mean rating of the model's words for a cue, and of people's, on the scale of the norms.

    Attributes:
        model: mean rating of the model's words.
        people: mean rating of people's words.
    """

    model: float
    people: float

    @property
    def gap(self) -> float:
        """model - people: above 0 when the model's words are rated higher."""
        return self.model - self.people


def mean_rating(words: Sequence[str], ratings: Mapping[str, float], *, first: int = 10) -> float | None:
    """Mean rating of those of the first words of a list that the norms rate.

    The first 10 words as in arXiv 2508.13426; its authors take the median over them, here it is the mean.
    Words that are not rated are left out, and no later ones step in.

    Args:
        words: associations with a cue, strongest first, normalised like the norms; a repeat counts again.
        ratings: rating of each word, in the unit of the norms.
        first: how many words are looked at, at least 1.

    Returns:
        The mean, in the range of the ratings, or None when none of the words is rated.

    Raises:
        ValueError: `first` below 1.
    """
    if first < 1:
        raise ValueError(f"first must be at least 1, not {first}")
    rated = [ratings[word] for word in words[:first] if word in ratings]
    return fmean(rated) if rated else None


def affect_gap(
    model: Sequence[str], people: Sequence[str], ratings: Mapping[str, float], *, first: int = 10
) -> AffectGap | None:
    """`mean_rating` of a model's words for a cue and of people's, by the same norms.

    Args:
        model: the model's associations, best first.
        people: people's associations, most frequent first.
        ratings: rating of each word.
        first: how many words of each list are looked at, at least 1.

    Returns:
        Both means, or None when the norms rate no word of one of the lists.

    Raises:
        ValueError: `first` below 1.
    """
    ours, theirs = mean_rating(model, ratings, first=first), mean_rating(people, ratings, first=first)
    return None if ours is None or theirs is None else AffectGap(ours, theirs)
