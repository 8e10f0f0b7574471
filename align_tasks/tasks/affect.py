"""Valence, arousal and concreteness of what was generated, against what people said."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from align_tasks.data import store
from align_tasks.data.tables import read_ratings
from align_tasks.metrics import affect_gap

DIMENSIONS = ("valence", "arousal", "concreteness")


def affect_of(words: Sequence[str], responses: Sequence[str], language: str) -> dict[str, float]:
    """Mean rating of the first ten words of a model and of people, and their difference.

    Args:
        words: what the model wrote, in order.
        responses: what people answered, most frequent first.
        language: whose rating norms to use.

    Returns:
        ``valence``, ``valence_people`` and ``valence_gap`` (model minus people), likewise for
        arousal (both 1 to 9) and concreteness (1 to 5). A dimension is left out when no ratings
        were imported for it or when none of the words is rated.
    """
    found: dict[str, float] = {}
    for dimension in DIMENSIONS:
        rated = ratings_of(language).get(dimension, {})
        both = affect_gap(words, responses, rated)
        if both is not None:
            found |= {dimension: both.model, f"{dimension}_people": both.people, f"{dimension}_gap": both.gap}
    return found


def rating_sources(language: str) -> list[str]:
    """The rating norms in use for a language, each with the fingerprint of its table.

    Raises:
        AlignError: one of them is damaged, which should be told before a model works and not after.
    """
    names = [name for name in store.names("ratings") if name.split(".")[0] == language]
    return [f"{name} {store.provenance('ratings', name)['sha256'][:12]}" for name in names]


@lru_cache(maxsize=4)
def ratings_of(language: str) -> dict[str, dict[str, float]]:
    """Rating of each word in a language, by dimension; empty where nothing was imported."""
    if not rating_sources(language):
        return {}
    table = read_ratings(language)
    return {
        dimension: dict(table.select("word", dimension).drop_nulls().iter_rows()) for dimension in DIMENSIONS
    }
