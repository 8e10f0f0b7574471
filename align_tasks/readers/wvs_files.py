"""The three kinds of file in which World Values Survey answers are released, opened to one table of texts.

``wvs-csv``    cross-national data: a column for each variable, numeric codes, negative where none is valid.
``wvs-excel``  country data: headers such as "Q1: Important in life: Family", labels in the cells.
``wvs-sav``    SPSS data: numeric codes, variable labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import fastexcel
import polars as pl

from align_tasks.errors import AlignError
from align_tasks.readers.source import Source
from align_tasks.readers.textfile import cells, first_bytes, read_source, read_text

Kind = Literal["wvs-csv", "wvs-excel", "wvs-sav"]


@dataclass(frozen=True)
class Respondents:
    """One row per respondent: the wanted variables as text, and the label of each variable (empty: none)."""

    source: Source
    reader: str
    labels: dict[str, str]
    cells: pl.DataFrame


def open_respondents(path: Path, wanted: Sequence[str], kind: Kind) -> Respondents:
    """Open a survey file of any of the three kinds.

    Args:
        path: the file as downloaded.
        wanted: names of variables; those the file does not have are left out.
        kind: how to read it.

    Raises:
        AlignError: the file cannot be read as that kind.
    """
    if kind == "wvs-excel":
        return _from_excel(path, wanted)
    return _from_sav(path, wanted) if kind == "wvs-sav" else _from_text(path, wanted)


def kind_of(path: Path) -> Kind:
    """The kind of a file, by its first bytes."""
    magic = first_bytes(path)
    if magic in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return "wvs-excel"
    return "wvs-sav" if magic in (b"$FL2", b"$FL3") else "wvs-csv"


def _from_text(path: Path, wanted: Sequence[str]) -> Respondents:
    text = read_text(path)
    headers = _by_variable(text.columns, wanted)
    frame = cells(text, list(headers.values())).drop("line")
    return _respondents(text.source, "wvs-csv", headers, frame)


def _from_excel(path: Path, wanted: Sequence[str]) -> Respondents:
    source, data = read_source(path)
    try:
        book = fastexcel.read_excel(data)
        header_row = book.load_sheet(0, n_rows=0, dtypes="string").to_polars()
        headers = _by_variable(header_row.columns, wanted)
        sheet = book.load_sheet(0, dtypes="string", use_columns=list(headers.values()))
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        raise AlignError(
            f"{source.name} cannot be read as an Excel workbook: {reason}",
            hint="If it is a ZIP archive, unpack it and import the file inside; else download it again.",
        ) from error
    return _respondents(source, "wvs-excel", headers, sheet.to_polars())


def _from_sav(path: Path, wanted: Sequence[str]) -> Respondents:
    source, _ = read_source(path)
    try:
        import pyreadstat
    except ImportError as error:
        raise AlignError(
            "reading SPSS files needs the package pyreadstat", hint="pip install 'align-tasks[sav]'"
        ) from error
    try:
        _, about = pyreadstat.read_sav(path, metadataonly=True)
        names = [n for n in wanted if n in about.column_names]
        columns, _ = pyreadstat.read_sav(path, usecols=names, user_missing=True, output_format="dict")
    except pyreadstat.ReadstatError as error:
        raise AlignError(f"{source.name} cannot be read as an SPSS file: {error}") from error
    frame = pl.DataFrame({name: [_text(v) for v in columns[name]] for name in names})
    labels = {name: about.column_names_to_labels.get(name) or "" for name in names}
    return Respondents(source, "wvs-sav", labels, frame.cast(pl.String))


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return repr(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _by_variable(headers: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Header of each wanted variable: ``Q1`` is found in "Q1: Important in life: Family"."""
    found = {header.split(":")[0].strip(): header for header in reversed(headers)}
    return {name: found[name] for name in wanted if name in found}


def _respondents(source: Source, reader: str, headers: dict[str, str], frame: pl.DataFrame) -> Respondents:
    labels = {name: " ".join(header.partition(":")[2].split()) for name, header in headers.items()}
    names = {header: name for name, header in headers.items()}
    return Respondents(source, reader, labels, frame.select(list(headers.values())).rename(names))
