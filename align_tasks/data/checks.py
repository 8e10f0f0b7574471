"""What contradicts itself in the rows that a reader made, told before they are stored: scores rest on them.

Every check is made on whole columns at once: a table may have ten million rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

import polars as pl

from align_tasks.scale import Scale

Ranges = Mapping[str, tuple[float, float]]

KEYS = {
    "associations": ("cue", "response"),
    "participants": ("cue", "participant"),
    "items": ("item", "culture", "weighted"),
    "ratings": ("language", "word"),
}
"""The columns that tell the rows of a table apart; but a person may have met a cue twice."""

_MAY_BE_NULL = {
    "associations": (),
    "participants": (),
    "items": ("n",),
    "ratings": ("valence", "arousal", "concreteness"),
}
_TOLERANCE = 1e-6  # of the sum of shares that were divided by their sum


class _Check(NamedTuple):
    """Rows that are wrong, why, and the columns that show it beside those that name the row."""

    is_wrong: pl.Expr
    reason: str
    shown: tuple[str, ...] = ()


def mistake_in(kind: str, rows: pl.DataFrame, ranges: Ranges) -> str | None:
    """What is wrong with a table, and in which row; None where nothing is.

    Args:
        kind: ``associations``, ``participants``, ``items`` or ``ratings``.
        rows: with the columns and types of that kind.
        ranges: lowest and highest value of each rating.
    """
    keys = KEYS[kind]
    for check in _checks(kind, rows, ranges):
        for row in rows.filter(check.is_wrong).head(1).select(*keys, *check.shown).iter_rows(named=True):
            return f"{check.reason}: {_told(row)}"
    named = rows.select(keys)
    may_repeat = kind == "participants"
    # Hashing is many times faster than looking for the rows.
    if not may_repeat and named.hash_rows().n_unique() < rows.height:
        for row in named.filter(named.is_duplicated()).head(1).iter_rows(named=True):
            return f"two rows for {_told(row)}"
    return None


def _checks(kind: str, rows: pl.DataFrame, ranges: Ranges) -> Iterator[_Check]:
    for column in rows.columns:
        if column not in _MAY_BE_NULL[kind]:
            yield _Check(pl.col(column).is_null(), f"no {column}")
    if kind == "associations":
        yield _Check(pl.col("count") < 1, "a count below 1", ("count",))
        is_share = pl.col("strength").is_between(0, 1, closed="right")
        yield _Check(~is_share, "a strength outside 0 to 1", ("strength",))
    elif kind == "participants":
        responses = pl.col("responses")
        is_filled = (responses.list.len() > 0) & (
            responses.list.drop_nulls().list.len() == responses.list.len()
        )
        yield _Check(~is_filled, "no words, or one that is missing", ("responses",))
    elif kind == "items":
        yield from _item_checks()
    else:
        for rating, (low, high) in ranges.items():
            is_in_range = pl.col(rating).is_between(low, high)
            yield _Check(~is_in_range, f"a rating outside {low} to {high}", (rating,))


def _item_checks() -> Iterator[_Check]:
    scales, options, shares = get_args(Scale), pl.col("options"), pl.col("distribution")
    yield _Check(~pl.col("scale").is_in(scales), f"a scale that is not {' or '.join(scales)}", ("scale",))
    filled = [column.list.drop_nulls().list.len() for column in (options, shares)]
    is_full = pl.all_horizontal(number == options.list.len() for number in (*filled, shares.list.len()))
    shown = ("options", "distribution")
    yield _Check(~is_full, "not as many shares as options", shown)
    yield _Check(shares.list.min() < 0, "a share below 0", shown[1:])
    is_whole = (shares.list.sum() - 1).abs() <= _TOLERANCE
    yield _Check(~is_whole, "shares that do not sum to 1", shown[1:])


def _told(row: Mapping[str, object]) -> str:
    return ", ".join(f"{column} {value!r}" for column, value in row.items())
