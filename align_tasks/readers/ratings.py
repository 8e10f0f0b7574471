"""Ratings of single words: valence, arousal and concreteness.

``warriner``   Warriner et al. 2013, English: valence and arousal from 1 to 9 (Word, V.Mean.Sum, A.Mean.Sum).
``brysbaert``  Brysbaert et al. 2014, English: concreteness from 1 to 5 (Word, Conc.M).
``cvaw``       Chinese words in traditional script, from 1 to 9 (Word, Valence_Mean, Arousal_Mean).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks.data.tables import RATING_RANGES, RATINGS
from align_tasks.errors import AlignError
from align_tasks.normalise import normalise
from align_tasks.readers.reader import ImportRequest
from align_tasks.readers.report import Report, nothing_left
from align_tasks.readers.textfile import TextFile, cells, column_names, read_text, required

VERSION = 1


@dataclass(frozen=True)
class Layout:
    """A released list: the language of its words, and the column that holds each rating."""

    language: str
    columns: dict[str, str]


LAYOUTS = {
    "warriner": Layout("en", {"valence": "V.Mean.Sum", "arousal": "A.Mean.Sum"}),
    "brysbaert": Layout("en", {"concreteness": "Conc.M"}),
    "cvaw": Layout("zh", {"valence": "Valence_Mean", "arousal": "Arousal_Mean"}),
}


def read_ratings_file(path: Path, language: str, name: str) -> tuple[pl.DataFrame, Report]:
    """Read a list of rated words; words that become the same after normalisation are averaged.

    Args:
        path: the file as downloaded, gzip or not.
        language: code; must be the language of the list.
        name: of the list, one of `LAYOUTS`.

    Returns:
        The table (columns of `align_tasks.data.tables.RATINGS`, null where the list has no such rating) and
        the account of the file.

    Raises:
        AlignError: the file is not that list, or the list is in another language.
    """
    text = read_text(path)
    layout = LAYOUTS[name]
    if language != layout.language:
        raise AlignError(f"{text.name} rates words in language {layout.language!r}, not {language!r}")
    values, dropped = _values(text, name, layout)
    if not values:
        raise nothing_left(text.source, "rated word", dropped)
    rows = [_averaged(word, list(layout.columns), values[word]) for word in sorted(values)]
    table = pl.DataFrame(rows, schema={c: t for c, t in RATINGS.items() if c != "language"})
    kept_lines = sum(map(len, values.values()))
    return table.with_columns(language=pl.lit(language)).select(list(RATINGS)), Report(
        source=text.source,
        reader=name,
        unit="rows",
        counted=kept_lines + sum(dropped.values()),
        kept=len(rows),
        merged=kept_lines - len(rows),
        dropped=dict(dropped),
        facts={"ranges": {rating: list(RATING_RANGES[rating]) for rating in layout.columns}},
        reader_version=VERSION,
    )


def is_warriner(path: Path) -> bool:
    """Whether a file has the columns of that list."""
    return _has_layout(path, "warriner")


def is_brysbaert(path: Path) -> bool:
    """Whether a file has the columns of that list."""
    return _has_layout(path, "brysbaert")


def is_cvaw(path: Path) -> bool:
    """Whether a file has the columns of that list."""
    return _has_layout(path, "cvaw")


def read_warriner(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_ratings_file` of that list."""
    return read_ratings_file(request.path, request.language, "warriner")


def read_brysbaert(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_ratings_file` of that list."""
    return read_ratings_file(request.path, request.language, "brysbaert")


def read_cvaw(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_ratings_file` of that list."""
    return read_ratings_file(request.path, request.language, "cvaw")


def _has_layout(path: Path, name: str) -> bool:
    wanted = {"word", *(column.casefold() for column in LAYOUTS[name].columns.values())}
    return wanted <= column_names(path)


def _values(text: TextFile, name: str, layout: Layout) -> tuple[dict[str, list[list[float]]], Counter[str]]:
    columns = required(text, f"the list {name}", ["Word", *layout.columns.values()])
    values: dict[str, list[list[float]]] = defaultdict(list)
    dropped: Counter[str] = Counter()
    for _, word, *ratings in cells(text, columns).iter_rows():
        numbers = [_number(rating) for rating in ratings]
        key = normalise(word or "", layout.language)
        reason = _reason(key, dict(zip(layout.columns, numbers, strict=True)))
        if reason:
            dropped[reason] += 1
        else:
            values[key].append([n for n in numbers if n is not None])
    return values, dropped


def _number(cell: str | None) -> float | None:
    try:
        return float((cell or "").replace(",", "."))
    except ValueError:
        return None


def _reason(key: str, numbers: dict[str, float | None]) -> str | None:
    if not key:
        return "no word"
    for rating, number in numbers.items():
        low, high = RATING_RANGES[rating]
        if number is None:
            return f"{rating} is not a number"
        if not low <= number <= high:
            return f"{rating} outside {low:g} to {high:g}"
    return None


def _averaged(word: str, ratings: list[str], values: list[list[float]]) -> dict[str, Any]:
    columns = zip(*values, strict=True)
    means = (sum(sorted(numbers)) / len(numbers) for numbers in columns)
    return {"word": word, **dict(zip(ratings, means, strict=True))}
