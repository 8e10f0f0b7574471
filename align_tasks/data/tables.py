"""The four canonical tables: what their columns mean, and how they are read and written.

============  ==============================  ====================================
kind          one table for each              rows
============  ==============================  ====================================
associations  culture (``us``)                one per cue and response
participants  table of associations, where    one per person and cue
              the file tells who answered
items         survey and part (``wvs7.USA``)  one per item, culture and weighting
ratings       language and source             one per word
============  ==============================  ====================================

Associations are counted from the lists of their participants, which are stored beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from align_tasks.data import store
from align_tasks.data.checks import mistake_in
from align_tasks.errors import AlignError, one_line

ASSOCIATIONS: dict[str, Any] = {
    "culture": pl.String(),
    "cue": pl.String(),
    "response": pl.String(),
    "position": pl.String(),  # "R1" or "R123"
    "count": pl.Int64(),
    "n": pl.Int64(),  # kept responses to the cue: the sum of its counts
    "strength": pl.Float64(),  # count / n, in (0, 1]
}
PARTICIPANTS: dict[str, Any] = {
    "culture": pl.String(),
    "cue": pl.String(),
    "participant": pl.String(),  # as the file names the person; where it does not, "#1", "#2", … a list each
    "position": pl.String(),  # "R1" or "R123"
    "responses": pl.List(pl.String()),  # words in the order written, at least one; repeated ones count again
}
ITEMS: dict[str, Any] = {
    "item": pl.String(),
    "wave": pl.String(),
    "culture": pl.String(),  # ISO 3166-1 alpha-3; the survey's name of a sample that is no whole country
    "language": pl.String(),  # of question and options
    "question": pl.String(),
    "options": pl.List(pl.String()),
    "scale": pl.String(),  # "nominal" or "ordinal"
    "distribution": pl.List(pl.Float64()),  # over the options, sums to 1
    "n": pl.Int64(),  # people who gave a valid answer; null where the survey does not tell
    "weighted": pl.Boolean(),
}
RATINGS: dict[str, Any] = {
    "language": pl.String(),
    "word": pl.String(),
    "valence": pl.Float64(),  # 1 unpleasant to 9 pleasant
    "arousal": pl.Float64(),  # 1 calm to 9 excited
    "concreteness": pl.Float64(),  # 1 abstract to 5 concrete
}
RATING_RANGES: dict[str, tuple[float, float]] = {"valence": (1, 9), "arousal": (1, 9), "concreteness": (1, 5)}

ALL = "all"  # the part of a survey's table that holds every country of a file

_SCHEMAS = {
    "associations": ASSOCIATIONS,
    "participants": PARTICIPANTS,
    "items": ITEMS,
    "ratings": RATINGS,
}
_ORDER = {
    "associations": (["cue", "count", "response"], [False, True, False]),
    "participants": (["cue", "participant", "responses"], [False, False, False]),
    "items": (["item", "culture", "weighted"], [False, False, False]),
    "ratings": (["word"], [False]),
}


def write_table(kind: str, name: str, frame: pl.DataFrame, about: Mapping[str, Any]) -> str:
    """Replace the table `name` of `kind` and its provenance, whole or not at all.

    Args:
        frame: rows in any order, with the columns of the kind's schema.
        about: provenance; see `align_tasks.data.store.write`.

    Returns:
        SHA-256 of the table. The same rows in any order give the same one.

    Raises:
        AlignError: the rows are no such table, see `checked_rows`, or the data directory cannot be written
            or is full.
    """
    return store.write(kind, name, checked_rows(kind, frame), about)


def checked_rows(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as `align_tasks.data.store.write` takes them: the columns of the schema, in canonical order.

    Raises:
        AlignError: there are no rows, or they contradict the schema or one another
            (`align_tasks.data.checks`); says how, and in which row.
    """
    if frame.is_empty():
        raise AlignError(f"nothing is left to put into the table of {kind}")
    rows = _in_schema(kind, frame)
    mistake = mistake_in(kind, rows, RATING_RANGES)
    if mistake:
        raise AlignError(f"these rows are no table of {kind}: {mistake}")
    by, descending = _ORDER[kind]
    return rows.sort(by, descending=descending)


def counted(participants: pl.DataFrame) -> pl.DataFrame:
    """The associations that people's lists make, columns of `ASSOCIATIONS`: every word of every list counts.

    Args:
        participants: columns of `PARTICIPANTS`.
    """
    words = participants.select("culture", "cue", "position", response="responses").explode("response")
    counts = words.group_by("culture", "cue", "position", "response").len("count")
    n = pl.col("count").sum().over("cue")
    return counts.with_columns(n=n, strength=pl.col("count") / n)


def participants_table(culture: str) -> str | None:
    """Name of the table of the people whose lists make the associations of `culture`.

    Returns:
        None if the imported file does not tell who answered.

    Raises:
        AlignError: there are no associations of `culture`.
    """
    name = store.name_beside(culture, store.fingerprint("associations", culture))
    return name if name in store.names("participants") else None


def read_associations(culture: str) -> pl.DataFrame:
    """Associations of `culture`: columns of `ASSOCIATIONS`, by cue, most frequent response first.

    Raises:
        AlignError: no norms of `culture` were imported; says where to get them and the command.
    """
    if culture not in store.names("associations"):
        raise AlignError(
            f"no word associations of culture {culture!r} have been imported", hint=associations_hint(culture)
        )
    return store.read("associations", culture)


def read_items(
    survey: str, country: str | None = None, *, weighted: bool = False, hint: str | None = None
) -> pl.DataFrame:
    """Survey items with the answers people gave: columns of `ITEMS`, by item and culture.

    Where two tables hold a country, its own (``wvs7.USA``) counts, and not that of all (``wvs7.all``).

    Args:
        survey: name of the survey, such as ``"wvs7"``.
        country: ISO alpha-3; None for every country at hand.
        weighted: take the shares with the survey's weights, which not every survey has.
        hint: where to get the answers, told when there are none.

    Raises:
        AlignError: nothing of that survey or country was imported.
    """
    found = item_tables(survey, country, weighted=weighted)
    if not found:
        raise _nothing_of(survey, country, weighted, hint)
    return pl.concat(found.values()).sort("item", "culture")


def items_provenance(survey: str, country: str) -> dict[str, Any]:
    """Where the table came from that `read_items` reads, without weights, of a country; raises as it does."""
    for name in item_tables(survey, country):
        return store.provenance("items", name)
    raise _nothing_of(survey, country)


def item_tables(
    survey: str, country: str | None = None, *, weighted: bool = False
) -> dict[str, pl.DataFrame]:
    """The rows that `read_items` reads, by the table that they are from; of one country, all are from one."""
    own, every = f"{survey}.{country}", f"{survey}.{ALL}"
    there = [name for name in store.names("items") if name.startswith(f"{survey}.")]
    wanted = there if country is None else [name for name in (own, every) if name in there]
    found: dict[str, pl.DataFrame] = {}
    seen: set[str] = set()
    for name in sorted(wanted, key=lambda name: name == every):
        rows = store.read("items", name).filter(pl.col("weighted") == weighted)
        countries = set(rows["culture"]) if country is None else {country}
        rows = rows.filter(pl.col("culture").is_in(sorted(countries - seen)))
        if not rows.is_empty():
            found[name] = rows
            seen |= countries
    return found


def read_ratings(language: str) -> pl.DataFrame:
    """Ratings of words in `language`: columns of `RATINGS`, one row per word, null where nobody rated it.

    Where two sources rate the same word, the first source by name counts.

    Raises:
        AlignError: no ratings of `language` were imported; says where to get them and the command.
    """
    sources = [n for n in store.names("ratings") if n.split(".")[0] == language]
    if not sources:
        raise AlignError(
            f"no word ratings in language {language!r} have been imported", hint=ratings_hint(language)
        )
    rows = pl.concat([store.read("ratings", n) for n in sources])
    ratings = [pl.col(c).drop_nulls().first() for c in RATING_RANGES]
    return (
        rows.group_by("language", "word", maintain_order=True).agg(ratings).select(list(RATINGS)).sort("word")
    )


def list_tables() -> list[dict[str, Any]]:
    """Provenance of every stored table, with its kind and fingerprint, in order of kind and name.

    A table that cannot be read, or is not as it was imported, has ``"problem"`` in place of its provenance.
    """
    return [_described(kind, name) for kind in _SCHEMAS for name in _names(kind)]


def provenance(kind: str, name: str) -> dict[str, Any]:
    """Where the table `name` of `kind` came from; see `align_tasks.data.store.provenance`."""
    return store.provenance(kind, name)


def fingerprint(kind: str, name: str) -> str:
    """Short name of a table's exact content: the first 12 hexadecimal digits of its SHA-256."""
    return store.fingerprint(kind, name)


def associations_hint(culture: str) -> str:
    """Where to get the word associations of `culture`, and the command that imports them."""
    return (
        "Download word associations, such as those of https://smallworldofwords.org/project/research (free "
        "for non-commercial use; they may not be passed on), then: "
        f"align data import swow FILE --culture {culture}"
    )


def ratings_hint(language: str) -> str:
    """Where to get ratings of words in `language`, and the command that imports them."""
    return (
        "Download ratings such as Warriner et al. 2013 and Brysbaert et al. 2014 (English) or CVAW "
        f"(Chinese), then: align data import norms FILE --language {language}"
    )


def _in_schema(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    schema = _SCHEMAS[kind]
    lacking = [column for column in schema if column not in frame.columns]
    if lacking:
        raise AlignError(f"these rows are no table of {kind}: no columns {', '.join(lacking)}")
    try:
        return frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
    except pl.exceptions.PolarsError as error:
        raise AlignError(f"these rows are no table of {kind}: {one_line(error)}") from error


def _nothing_of(
    survey: str, country: str | None, weighted: bool = False, hint: str | None = None
) -> AlignError:
    what = f"survey {survey!r}" if country is None else f"{country} in survey {survey!r}"
    return AlignError(f"no {'weighted ' if weighted else ''}answers of {what} have been imported", hint=hint)


def _names(kind: str) -> list[str]:
    """Names of the tables in use: of participants, those that belong to associations at hand."""
    there = store.names(kind)
    if kind != "participants":
        return there
    used = {table for culture in store.names("associations") if (table := _participants_of(culture))}
    return [name for name in there if name in used]


def _participants_of(culture: str) -> str | None:
    """As `participants_table`, and None where the associations cannot be read."""
    try:
        return participants_table(culture)
    except AlignError:
        return None


def _described(kind: str, name: str) -> dict[str, Any]:
    base = {"kind": kind, "name": name}
    try:
        return {**base, "fingerprint": store.fingerprint(kind, name), **store.provenance(kind, name)}
    except AlignError as error:
        return {**base, "problem": ". ".join(filter(None, (error.problem, error.hint)))}
