"""From a downloaded file to a table in the data directory: read, account for every row, store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks import __version__
from align_tasks.data import tables
from align_tasks.readers.reader import Reader, reader_for
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
    position: str | None = None,
) -> list[dict[str, Any]]:
    """Import a file as it was downloaded.

    Args:
        path: the file.
        source: the word after ``align data import``, such as ``swow``.
        reader: name of the reader to take, whatever the file looks like.
        culture, position: for associations: whose they are; first responses only, or all three.
        language: for associations and ratings: ISO 639-1 code.
        countries: for survey items: ISO alpha-3 codes to take; none means every country in the file.

    Returns:
        Of each stored table, its name, fingerprint and account.

    Raises:
        AlignError: no reader knows the file, or it cannot be read; nothing is stored.
    """
    chosen = reader_for(path, source, reader)
    options: dict[str, dict[str, Any]] = {
        "associations": {"culture": culture, "language": language, "position": position},
        "items": {"countries": countries},
        "ratings": {"language": language},
    }
    frame, report = resolve(chosen.read)(path, **options[chosen.kind])
    about = {"licence": chosen.licence} | ({"language": language} if language else {})
    parts = _parts(chosen, frame, culture=culture, language=language)
    return [_stored(chosen.kind, name, part, report, about) for name, part in parts]


def _parts(reader: Reader, frame: pl.DataFrame, **names: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables that the rows of a file become, by name."""
    if reader.kind != "items" or "{culture}" not in reader.table:
        yield reader.table.format(**names), frame
        return
    for country in frame["culture"].unique().sort():
        name = reader.table.format(**(names | {"culture": country}))
        yield name, frame.filter(pl.col("culture") == country)


def _stored(
    kind: str, name: str, frame: pl.DataFrame, report: Report, about: dict[str, Any]
) -> dict[str, Any]:
    account = report.as_dict()
    sha256 = tables.write_table(
        kind, name, frame, {"package": f"align-tasks {__version__}", **about, **account}
    )
    return {"kind": kind, "name": name, "rows": frame.height, "fingerprint": sha256[:12], **account}
