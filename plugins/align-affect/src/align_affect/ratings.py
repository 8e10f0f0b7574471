"""The imported ratings of single words, and what results say of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from align_affect import DIMENSIONS
from align_tasks.data import store, tables


def rating_sources(language: str) -> list[str]:
    """The rating norms in use for a language, each with the fingerprint of its table.

    Raises:
        AlignError: one of them is damaged, which should be told before a model works and not after.
    """
    names = [name for name in store.names("ratings") if name.split(".")[0] == language]
    return [f"{name} {tables.provenance('ratings', name)['sha256'][:12]}" for name in names]


@lru_cache(maxsize=4)
def ratings_of(language: str) -> dict[str, dict[str, float]]:
    """Rating of each word in a language, by dimension; empty where nothing was imported."""
    if not rating_sources(language):
        return {}
    table = tables.read_ratings(language)
    return {
        dimension: dict(table.select("word", dimension).drop_nulls().iter_rows()) for dimension in DIMENSIONS
    }


def describe(row: dict[str, Any]) -> dict[str, list[str]]:
    """Names and fingerprints of the ratings that the scores of a task rest on.

    The tables are read anew after it, so that scores rest on what was named here.

    Args:
        row: of the task; its ``language`` says whose ratings.

    Raises:
        AlignError: a table is damaged.
    """
    ratings_of.cache_clear()
    return {"ratings": rating_sources(row["language"])}
