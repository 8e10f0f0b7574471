"""From a downloaded file to a table in the data directory: read, account for every row, store."""

from __future__ import annotations

from collections.abc import Sequence
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
    rows, report = _read(chosen, request)
    parts = _parts(chosen, rows, culture=culture, language=language)
    for name in parts:
        store.table_path(chosen.kind, name)
    account = report.as_dict()
    about = {"package": f"align-tasks {__version__}", "licence": chosen.licence}
    about |= ({"language": language} if language else {}) | account
    return [_stored(chosen.kind, name, part, about, account) for name, part in parts.items()]


def _read(reader: Reader, request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """What a reader makes of a file, checked; a mistake of a plugin's reader is told as such."""
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
        return tables.checked_rows(reader.kind, frame), report
    except AlignError as error:
        _refuse(reader, error)


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
    kind: str, name: str, rows: pl.DataFrame, about: dict[str, Any], account: dict[str, Any]
) -> dict[str, Any]:
    sha256 = store.write(kind, name, rows, about)
    return {"kind": kind, "name": name, "rows": rows.height, "fingerprint": sha256[:12], **account}
