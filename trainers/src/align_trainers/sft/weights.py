"""Weights of the trained tokens: how much each counts in the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from align_tasks.data.tables import read_ratings
from align_tasks.errors import AlignError


def concreteness_weights(words: Sequence[str], language: str, strength: float) -> dict[str, float]:
    """Weight of each word: ``exp(strength * z)``, z its concreteness in standard deviations from the mean,
    scaled so that the mean weight is 1.

    Args:
        words: every trained word as often as it is trained, over which mean and deviation are taken.
        language: whose ratings to read; words without a rating weigh 1.
        strength: above 0 concrete words count more, below 0 abstract ones.

    Raises:
        AlignError: no ratings of the language are imported, or fewer than two of the words are rated.
    """
    rows = read_ratings(language).drop_nulls("concreteness")
    ratings = dict(zip(rows["word"], rows["concreteness"], strict=True))
    rated = [ratings[word] for word in words if word in ratings]
    mean = math.fsum(rated) / max(1, len(rated))
    deviation = math.sqrt(math.fsum((one - mean) ** 2 for one in rated) / max(1, len(rated)))
    if deviation == 0:
        raise AlignError(
            f"the ratings at hand in {language!r} tell no differences of concreteness between the words"
        )
    weights = {
        word: math.exp(strength * (ratings[word] - mean) / deviation) for word in set(words) & ratings.keys()
    }
    scale = math.fsum(weights[word] for word in words if word in ratings) / len(rated)
    return {word: weight / scale for word, weight in weights.items()}


def token_weights(
    words: Sequence[str], separator: str, ends: Sequence[int], weights: Mapping[str, float]
) -> list[float]:
    """Weight of each token of an answer: that of the word in which it ends, or in the separator behind it.

    Args:
        words: of the answer, in order.
        separator: what stands between them.
        ends: where each token ends, in characters from the beginning of the first word.
        weights: of words; others weigh 1.
    """
    found, place, limit = [], 0, len(words[0]) + len(separator) if words else 0
    for end in ends:
        while end > limit and place < len(words) - 1:
            place += 1
            limit += len(words[place]) + len(separator)
        found.append(weights.get(words[place], 1.0) if words else 1.0)
    return found
