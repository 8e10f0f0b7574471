"""Rating norms made up for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from align_tasks.data import tables

Ratings = Mapping[str, tuple[float | None, float | None, float | None]]


def write_ratings(ratings: Ratings, language: str = "en", source: str = "made-up") -> str:
    """Put words with valence, arousal and concreteness into the data directory; returns its SHA-256."""
    rows: Sequence[tuple[object, ...]] = [(language, word, *numbers) for word, numbers in ratings.items()]
    frame = pl.DataFrame(rows, schema=tables.RATINGS, orient="row")
    return tables.write_table("ratings", f"{language}.{source}", frame, {"source": {"name": source}})
