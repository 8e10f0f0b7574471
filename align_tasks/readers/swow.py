"""Word associations of the Small World of Words project, in every layout that it has released.

``swow-strength``   ``strength.SWOW-EN.R1.csv``: cue, response, R1 or R123 (how many gave it), N, strength.
``swow-responses``  ``SWOW-EN.R100.csv``, ``SWOWZH.R55.csv``: one line per person and cue with R1, R2 and R3.

The first become one row per cue and response, the second one per person and cue: the words that this person
wrote. What is not a word is left out under a named reason, so that the strengths of a cue are shares of the
words that people gave and sum to 1 (the released N counts markers such as ``#Missing`` too).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from align_tasks.errors import AlignError
from align_tasks.normalise import marker, normalise
from align_tasks.readers.reader import ImportRequest, Position
from align_tasks.readers.report import Report, nothing_left
from align_tasks.readers.textfile import (
    TextFile,
    cells,
    column,
    column_names,
    missing_columns,
    read_text,
    required,
    with_empty_for_bare_na,
)

VERSION = 1
_NOT_WORDS = ("blank", "#Missing", "#Unknown", "No more responses", "Unknown word", "only punctuation")
_MOST = 2**31 - 1  # people; no count is larger, and sums of counts stay within 64 bits
_ANSWERS = (("R1", "R1Raw", "asso1"), ("R2", "R2Raw", "asso2"), ("R3", "R3Raw", "asso3"))
_PERSON = ("participantID", "recodedPP_ID")  # "id", "trialsID" and "responseID" name a line


def is_strength(path: Path) -> bool:
    """Whether a file has the columns of a strength file."""
    names = column_names(path)
    return {"cue", "response"} <= names and bool(names & {"r123", "r1"})


def is_responses(path: Path) -> bool:
    """Whether a file has the columns of people's responses."""
    names = column_names(path)
    return "cue" in names and "response" not in names and bool(names & {n.lower() for n in _ANSWERS[0]})


def read_strength(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """Read a strength file.

    Args:
        request: whose associations they are, and in which language; the file holds the counts of one
            position, which must be the one asked for.

    Returns:
        The table (columns of `align_tasks.data.tables.ASSOCIATIONS`) and the account of the file.

    Raises:
        AlignError: the file is not of this layout, is damaged, has counts that are negative or no whole
            numbers, or has had its rare responses cut off.
    """
    text = read_text(request.path)
    rows = _strength_rows(text, request.position)
    kept = _kept(rows.frame, request.language)
    report = _report(text, "swow-strength", rows, kept)
    return _of_request(_associations(kept), rows, request), report


def read_responses(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """Read a file of people's responses.

    Args:
        request: whose associations they are, and in which language; without a position, all three count.

    Returns:
        The table (columns of `align_tasks.data.tables.PARTICIPANTS`) and the account of the file, in which
        what is kept are the associations that are counted from it.

    Raises:
        AlignError: the file is not of this layout, or is damaged.
    """
    text = read_text(request.path)
    rows, people = _response_rows(text, request.position or "R123")
    kept = _kept(rows.frame, request.language)
    lists = _lists(kept, people)
    report = _report(text, "swow-responses", rows, kept, _list_facts(lists, people))
    return _of_request(_with_nobody_numbered(lists), rows, request), report


@dataclass(frozen=True)
class _Rows:
    """What a file holds: rows of cue, response (null: no answer) and count, called `unit` in the account.

    Rows of people's responses have the `line` of the person too, and the `place` in the order written.
    """

    frame: pl.DataFrame
    position: Position
    unit: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Kept:
    """What is left of a file's rows.

    Attributes:
        rows: those with a word on both sides, cue and response as places in `words`.
        pairs: the same, merged: one row per cue and response.
        words: normalised.
        dropped: number of the other rows, by reason.
        facts: further figures for the account.
    """

    rows: pl.DataFrame
    pairs: pl.DataFrame
    words: pl.Series
    dropped: dict[str, int]
    facts: dict[str, int]


def _of_request(table: pl.DataFrame, rows: _Rows, request: ImportRequest) -> pl.DataFrame:
    return table.with_columns(culture=pl.lit(request.culture), position=pl.lit(rows.position))


def _report(
    text: TextFile, reader: str, rows: _Rows, kept: _Kept, more: dict[str, int] | None = None
) -> Report:
    """The account of a file; raises if nothing is left of it."""
    if kept.pairs.is_empty():
        raise nothing_left(text.source, "association", kept.dropped)
    return Report(
        source=text.source,
        reader=reader,
        unit=rows.unit,
        counted=rows.frame.height,
        kept=kept.pairs.height,
        merged=kept.rows.height - kept.pairs.height,
        dropped=kept.dropped,
        facts={"position": rows.position, "encoding": text.encoding, **kept.facts, **(more or {})},
        warnings=rows.warnings,
        reader_version=VERSION,
    )


def _strength_rows(text: TextFile, position: Position | None) -> _Rows:
    there: Position = "R123" if column(text, "R123") else "R1"
    if position not in (None, there):
        raise AlignError(f"{text.name} holds {there} counts, not {position}")
    cue, response, count = required(text, "a SWOW strength file", ["cue", "response", there])
    total = column(text, "N")
    if total is None:
        raise AlignError(
            f"{text.name} has no column N, so it may hold only the most frequent responses of each cue: "
            "strengths cannot be computed from it",
            hint=f"Use the whole release, with columns cue, response, {there}, N, {there}.Strength.",
        )
    frame = cells(text, [cue, response, count, total], complete=True)
    frame = frame.select("line", cue=cue, response=response, text=count, total=total).with_columns(
        count=pl.col("text").str.strip_chars().str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    )
    _refuse_counts(text, frame)
    rows = frame.select(pl.col("cue", "response").fill_null(""), "count")
    return _Rows(rows, there, "rows", _incomplete(frame))


def _refuse_counts(text: TextFile, frame: pl.DataFrame) -> None:
    blank_line = pl.all_horizontal(pl.col("cue", "response", "text").is_null())
    bad = frame.filter((pl.col("count").is_null() & ~blank_line) | ~pl.col("count").is_between(0, _MOST))
    for line, cue, response, value in bad.head(1).select("line", "cue", "response", "text").iter_rows():
        number = str(value).strip()
        wrong = "negative" if number.startswith("-") else "not a whole number"
        problem = "too large" if number.isdecimal() else wrong
        raise AlignError(
            f"{text.name}, line {line}: the count {value!r} of {cue!r} -> {response!r} is {problem}",
            hint="The file is damaged; download it again.",
        )


def _incomplete(frame: pl.DataFrame) -> tuple[str, ...]:
    total = pl.col("total").str.strip_chars().cast(pl.Float64, strict=False)
    sums = frame.group_by("cue").agg(pl.col("count").sum(), total.max().alias("total"))
    short = sums.filter(pl.col("count") < pl.col("total")).height
    if not short:
        return ()
    return (
        f"for {short:,} of {sums.height:,} cues the counts add up to less than N: the file lacks some of "
        "their responses, and their strengths are shares of the rest",
    )


def _response_rows(text: TextFile, position: Position) -> tuple[_Rows, pl.DataFrame]:
    """The responses, and the `participant` of each line; without this column if the file tells none."""
    found = [column(text, *names) for names in _ANSWERS]
    kinds = _ANSWERS[:1] if position == "R1" else _ANSWERS
    lacking = [names[0] for names, there in zip(kinds, found, strict=False) if there is None]
    if lacking:
        raise missing_columns(text, f"a file of people's responses in the positions {position}", lacking)
    (cue,) = required(text, "a file of people's responses", ["cue"])
    columns = [c for c in found if c is not None]
    person = [name for name in [column(text, *_PERSON)] if name is not None]
    wide = cells(with_empty_for_bare_na(text), [cue, *columns, *person]).rename({cue: "cue"})
    if not text.quoted:
        wide = wide.with_columns(_without_bare_na(columns))
    cues, one = pl.col("cue").fill_null(""), pl.lit(1, pl.Int64)
    taken = enumerate(columns[: len(kinds)])
    rows = pl.concat(
        [wide.select("line", cue=cues, response=c, count=one, place=pl.lit(i, pl.Int8)) for i, c in taken]
    )
    people = wide.select("line", *(_named(name).alias("participant") for name in person))
    return _Rows(rows, position, "responses"), people


def _named(person: str) -> pl.Expr:
    name = pl.col(person).str.strip_chars()
    return pl.when(~name.is_in(["", "NA"])).then(name)


def _without_bare_na(columns: list[str]) -> list[pl.Expr]:
    """NA in R2 or R3 is a missing answer, NA in R1 only if nothing follows it: else somebody typed it."""
    gone = [pl.col(c).is_null() | (pl.col(c) == "NA") for c in columns]
    gone[0] = pl.all_horizontal(gone)
    return [pl.when(~missing).then(pl.col(c)).alias(c) for c, missing in zip(columns, gone, strict=True)]


def _kept(rows: pl.DataFrame, language: str) -> _Kept:
    """Normalise rows of cue, response (null: no answer) and count, drop what is no word, and merge."""
    codes, words = _dictionary(rows, language)
    coded = _coded(rows, codes).with_columns(reason=_reason())
    kept = coded.filter(pl.col("reason").is_null()).drop("reason")
    pairs = kept.group_by("cue", "response").agg(pl.col("count").sum())
    facts = {
        **_cue_facts(rows, codes, pairs),
        "responses in": int(rows["count"].sum()),
        "responses kept": int(pairs["count"].sum()),
    }
    return _Kept(kept, pairs, words, _dropped(coded), facts)


def _associations(kept: _Kept) -> pl.DataFrame:
    pairs = kept.pairs.with_columns(n=pl.col("count").sum().over("cue"))
    return pairs.select(
        cue=kept.words.gather(pairs["cue"]),
        response=kept.words.gather(pairs["response"]),
        count="count",
        n="n",
        strength=pl.col("count") / pl.col("n"),
    )


def _lists(kept: _Kept, people: pl.DataFrame) -> pl.DataFrame:
    """The words of each line, in the order written; lines without any are left out."""
    rows = kept.rows.sort("line", "place")
    words = rows.select("line", "cue", responses=kept.words.gather(rows["response"]))
    lists = words.group_by("line").agg(pl.col("cue").first(), "responses")
    lists = lists.with_columns(cue=kept.words.gather(lists["cue"])).join(people, on="line", how="left")
    return lists.drop("line")


def _list_facts(lists: pl.DataFrame, people: pl.DataFrame) -> dict[str, int]:
    facts = {
        "lists in": people.height,
        "lists kept": lists.height,
        "lists without a word": people.height - lists.height,
    }
    if "participant" in lists.columns:
        facts["participants"] = lists["participant"].drop_nulls().n_unique()
    return facts


def _with_nobody_numbered(lists: pl.DataFrame) -> pl.DataFrame:
    """Give lists whose person the file does not name a number that does not depend on the order of lines."""
    if "participant" not in lists.columns:
        lists = lists.with_columns(participant=pl.lit(None, pl.String))
    if lists["participant"].null_count() == 0:
        return lists
    number = pl.format("#{}", pl.col("participant").is_null().cum_sum())
    return lists.sort("cue", "responses").with_columns(pl.col("participant").fill_null(number))


def _dictionary(rows: pl.DataFrame, language: str) -> tuple[pl.DataFrame, pl.Series]:
    """Each text with a code: the place of its word in the returned words, or -1 - the place of a reason."""
    texts = pl.concat([rows["cue"].unique(), rows["response"].drop_nulls().unique().rename("cue")]).unique()
    places: dict[str, int] = {}
    codes = [_code(text, language, places) for text in texts]
    return (
        pl.DataFrame({"text": texts, "code": pl.Series(codes, dtype=pl.Int32)}),
        pl.Series(list(places), dtype=pl.String),
    )


def _code(text: str, language: str, places: dict[str, int]) -> int:
    named = marker(text)
    word = "" if named else normalise(text, language)
    if not word:
        return -1 - _NOT_WORDS.index(named or "only punctuation")
    return places.setdefault(word, len(places))


def _coded(rows: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    for name in ("cue", "response"):
        coded = codes.rename({"text": name, "code": f"{name} code"})
        rows = rows.join(coded, on=name, how="left").drop(name).rename({f"{name} code": name})
    return rows


def _reason() -> pl.Expr:
    cue, response = pl.col("cue"), pl.col("response")
    names = dict(enumerate(_NOT_WORDS))
    return (
        pl.when(cue < 0)
        .then("cue is " + (-1 - cue).replace_strict(names, default=None, return_dtype=pl.String))
        .when(response.is_null())
        .then(pl.lit("no answer"))
        .when(response < 0)
        .then((-1 - response).replace_strict(names, default=None, return_dtype=pl.String))
        .when(pl.col("count") == 0)
        .then(pl.lit("zero count"))
        .when(cue == response)
        .then(pl.lit("same as the cue"))
    )


def _dropped(coded: pl.DataFrame) -> dict[str, int]:
    reasons = coded.filter(pl.col("reason").is_not_null())["reason"].value_counts()
    return {str(reason): int(number) for reason, number in reasons.iter_rows()}


def _cue_facts(rows: pl.DataFrame, codes: pl.DataFrame, kept: pl.DataFrame) -> dict[str, int]:
    spelled = rows.select("cue").unique().join(codes, left_on="cue", right_on="text")["code"]
    words = spelled.filter(spelled >= 0)
    merged = words.len() - words.n_unique()
    left = kept["cue"].n_unique()
    return {
        "cues in": spelled.len(),
        "cues kept": left,
        "cues merged": merged,
        "cues dropped": spelled.len() - left - merged,
    }
