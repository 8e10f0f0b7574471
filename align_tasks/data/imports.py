"""From a downloaded file to a table in the data directory: read, account for every row, store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from align_tasks import __version__
from align_tasks.data import store, tables
from align_tasks.errors import AlignError, one_line
from align_tasks.plugins.loading import BUILTIN, loaded
from align_tasks.readers.reader import ImportRequest, Position, Reader, reader_for
from align_tasks.readers.report import Report
from align_tasks.reference import resolve


def import_file(
    path: Path,
    source: str,
    *,
    reader: str | None = None,
    culture: str = "",
    language: str = "",
    countries: Sequence[str] = (),
    position: Position | None = None,
) -> list[dict[str, Any]]:
    """Import a file as it was downloaded.

    Args:
        path: the file.
        source: the word after ``align data import``, such as ``swow``.
        reader: name of the reader to take, whatever the file looks like.
        culture, position: for associations: whose they are; first responses only, or all three.
        language: for associations and ratings: code, as a `Language` has it.
        countries: for survey items: ISO alpha-3 codes to take; none means every country in the file.

    Returns:
        Of each stored table, its name, fingerprint and account.

    Raises:
        AlignError: no reader knows the file, it cannot be read, or its reader makes what cannot be a table;
            nothing is stored.
    """
    chosen = reader_for(path, source, reader)
    request = ImportRequest(
        path=path, culture=culture, language=language, countries=countries, position=position
    )
    rows, people, report = _read(chosen, request)
    parts = _parts(chosen, rows, culture=culture, language=language)
    for name in parts:
        store.table_path(chosen.kind, name)
    account = report.as_dict()
    about = {"package": f"align-tasks {__version__}", "licence": chosen.licence}
    about |= ({"language": language} if language else {}) | account
    return [
        {**entry, **account}
        for name, part in parts.items()
        for entry in _stored(chosen.kind, name, part, people, about)
    ]


def _read(reader: Reader, request: ImportRequest) -> tuple[pl.DataFrame, pl.DataFrame | None, Report]:
    """What a reader makes of a file, as `_checked` returns it, and the account.

    A mistake of a plugin's reader is told as such.
    """
    read = resolve(reader.read)
    try:
        frame, report = read(request)
    except AlignError:
        raise
    except Exception as error:
        _refuse(reader, error)
    if not isinstance(frame, pl.DataFrame) or not isinstance(report, Report):
        found = f"{type(frame).__name__} and {type(report).__name__}"
        _refuse(reader, AlignError(f"it returns {found}, not a DataFrame of polars and a Report"))
    try:
        return *_checked(reader, frame), report
    except AlignError as error:
        _refuse(reader, error)


def _checked(reader: Reader, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Rows of the reader's kind, and the lists that they were counted from, where it made people's lists."""
    is_lists = "responses" in frame.columns and "response" not in frame.columns
    if reader.kind != "associations" or not is_lists:
        return tables.checked_rows(reader.kind, frame), None
    people = tables.checked_rows("participants", frame)
    return tables.checked_rows("associations", tables.counted(people)), people


def _refuse(reader: Reader, error: Exception) -> NoReturn:
    """Raise what a reader did wrong, with the name of its plugin where it is one's."""
    origin = loaded().origin_of(reader)
    if origin is BUILTIN:
        raise error
    reason = error.problem if isinstance(error, AlignError) else one_line(error)
    problem = f"{origin}: its reader {reader.name!r} fails: {reason}"
    raise AlignError(problem, hint=origin.way_out) from error


def _parts(reader: Reader, rows: pl.DataFrame, **names: str) -> dict[str, pl.DataFrame]:
    """The tables that the rows of a file become, by name."""
    if reader.kind != "items" or "{culture}" not in reader.table:
        return {reader.table.format(**names): rows}
    return {
        reader.table.format(culture=country): rows.filter(pl.col("culture") == country)
        for country in rows["culture"].unique().sort()
    }


def _stored(
    kind: str, name: str, rows: pl.DataFrame, people: pl.DataFrame | None, about: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Store a table, with its participants beside it; yields what is told of each."""
    beside = {"participants": people} if kind == "associations" else {}
    sha256 = store.write(kind, name, rows, about, beside)
    yield _entry(kind, name, rows)
    if people is not None:
        yield _entry("participants", store.name_beside(name, sha256), people)


def _entry(kind: str, name: str, rows: pl.DataFrame) -> dict[str, Any]:
    return {"kind": kind, "name": name, "rows": rows.height, "fingerprint": store.fingerprint(kind, name)}
