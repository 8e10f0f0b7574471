"""Delimited text files as people download them: compressed or not, in the usual encodings, read as text only.

Nothing is inferred from a cell: "null", "NA", "true" and "1e5" stay the words that they are.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks.errors import AlignError
from align_tasks.readers.source import Source

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BINARY = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
}
_WEB_PAGE = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<?xml", b"<!--")
_HEAD = 1 << 16  # bytes; a header line is shorter
_DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon"}


@dataclass(frozen=True)
class TextFile:
    """A delimited text file: the names of its columns, and its lines below the header in UTF-8.

    `quoted` says that its header stands in quotation marks, as R writes them: then every text does.
    """

    source: Source
    encoding: str
    delimiter: str
    quoted: bool
    columns: tuple[str, ...]
    body: bytes

    @property
    def name(self) -> str:
        """File name, for messages."""
        return self.source.name


def read_source(path: Path) -> tuple[Source, bytes]:
    """Bytes of a file, unpacked when it is gzip.

    Raises:
        AlignError: no such file, not readable, empty, or a gzip file that is damaged or cut off.
    """
    with _readable(path):
        raw = path.read_bytes()
    source = Source(path.name, hashlib.sha256(raw).hexdigest(), len(raw))
    data = _unzipped(source.name, raw) if raw[:2] == b"\x1f\x8b" else raw
    if not data.strip():
        raise AlignError(f"{source.name} is empty", hint="Download it again.")
    return source, data


def first_bytes(path: Path) -> bytes:
    """The first four bytes of a file, which tell its kind."""
    with _readable(path), path.open("rb") as file:
        return file.read(4)


def read_text(path: Path) -> TextFile:
    """Open a delimited text file: encoding, delimiter and column names are recognised.

    Raises:
        AlignError: besides what `read_source` raises, a web page or a binary file saved under this name, an
            encoding that is not recognised, or a header line without tab, comma or semicolon.
    """
    source, data = read_source(path)
    _refuse_other_kinds(source.name, data)
    data, encoding = _to_utf8(source.name, data)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    header, _, body = data.partition(b"\n")
    del data
    line = header.decode().rstrip("\r")
    delimiter, columns = _split_header(source.name, line)
    return TextFile(source, encoding, delimiter, line.startswith('"'), columns, body)


def cells(text: TextFile, columns: Sequence[str], *, complete: bool = False) -> pl.DataFrame:
    """The named columns as text, in file order, and the column ``line``: the number of each line in the file.

    Args:
        columns: names as in ``text.columns``.
        complete: refuse lines that end before the last column.

    Returns:
        One row per line; an empty cell is null.

    Raises:
        AlignError: a line has more fields than the header (or fewer, with `complete`), or a quotation is
            never closed.
    """
    width = len(text.columns)
    places = sorted({text.columns.index(c) for c in columns} | {width - 1})
    frame = _parse(text, [*places, width]).with_row_index("line", offset=2)
    _refuse_line(text, frame.filter(pl.col(f"c{width}").is_not_null()))
    if complete:
        begun = pl.any_horizontal(pl.col(f"c{i}").is_not_null() for i in places[:-1])
        _refuse_line(text, frame.filter(pl.col(f"c{width - 1}").is_null() & begun))
    return frame.select("line", *(pl.col(f"c{text.columns.index(c)}").alias(c) for c in columns))


def column_names(path: Path) -> set[str]:
    """Names of a text file's columns in lower case, by which a reader recognises its layout.

    Raises:
        AlignError: no such file, not readable, empty, a web page or a binary file.
    """
    head = _head(path)
    _refuse_other_kinds(path.name, head)
    line = re.split("[\r\n]", _decoded(head), maxsplit=1)[0]
    _, names = _fields(line)
    return {name.casefold() for name in names}


def column(text: TextFile, *names: str) -> str | None:
    """The first of `names` that is a column, as the file spells it; upper and lower case are one."""
    spelled = {c.casefold(): c for c in reversed(text.columns)}
    return next((spelled[n.casefold()] for n in names if n.casefold() in spelled), None)


def required(text: TextFile, what: str, names: Sequence[str]) -> list[str]:
    """The columns `names`, as the file spells them.

    Raises:
        AlignError: some are missing: names all of them, and the columns that are there.
    """
    found = [column(text, name) for name in names]
    missing = [name for name, there in zip(names, found, strict=True) if there is None]
    if missing:
        raise missing_columns(text, what, missing)
    return [name for name in found if name is not None]


def missing_columns(text: TextFile, what: str, missing: Sequence[str]) -> AlignError:
    """The error that names the missing columns together with those that were found."""
    plural = "column" if len(missing) == 1 else "columns"
    return AlignError(
        f"{text.name} is not {what}: it has no {plural} {', '.join(missing)}", hint=found_columns(text)
    )


def found_columns(text: TextFile) -> str:
    """The columns that a file has, as a hint tells them."""
    return f"Found, separated by {_DELIMITERS[text.delimiter]}: {_shown(list(text.columns))}"


def with_empty_for_bare_na(text: TextFile) -> TextFile:
    """The file with its bare ``NA`` cells emptied, if it quotes texts as R does; ``"NA"`` stays a word."""
    if not text.quoted:
        return text
    delimiter = re.escape(text.delimiter.encode())
    bare = re.compile(rb"(?<=%b)NA(?=%b|\r?\n|\Z)" % (delimiter, delimiter))
    body = text.body

    def emptied(match: re.Match[bytes]) -> bytes:
        start = body.rfind(b"\n", 0, match.start()) + 1
        return b"" if body.count(b'"', start, match.start()) % 2 == 0 else match.group()

    return replace(text, body=bare.sub(emptied, body))


def _head(path: Path) -> bytes:
    """The first bytes of a file, unpacked when it is gzip."""
    opener = gzip.open if first_bytes(path)[:2] == b"\x1f\x8b" else open
    with _readable(path), opener(path, "rb") as file:
        try:
            head: bytes = file.read(_HEAD)
        except (EOFError, OSError, zlib.error):
            head = read_source(path)[1]  # which tells what is wrong
    if not head.strip():
        raise AlignError(f"{path.name} is empty", hint="Download it again.")
    return head


def _decoded(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, errors="ignore")
    if head[:2].count(0) == 1:
        return head.decode("utf-16-be" if head[0] == 0 else "utf-16-le", errors="ignore")
    return head.decode(errors="replace")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AlignError(f"cannot read {path}: {error.strerror or error}") from error


def _unzipped(name: str, raw: bytes) -> bytes:
    try:
        return gzip.decompress(raw)
    except EOFError as error:
        raise AlignError(
            f"{name} is cut off: the gzip file ends too early", hint="Download it again."
        ) from error
    except (OSError, zlib.error) as error:
        raise AlignError(f"{name} is a damaged gzip file: {error}", hint="Download it again.") from error


def _refuse_other_kinds(name: str, data: bytes) -> None:
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise AlignError(
                f"{name} is {kind}, not a text file", hint="Unpack it, or save it as CSV in UTF-8."
            )
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_WEB_PAGE):
        raise AlignError(
            f"{name} is a web page, not a table: perhaps the page that asks to log in",
            hint="Open the download page in a browser, log in, and save the file itself.",
        )


def _to_utf8(name: str, data: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _recoded(name, data[len(bom) :], encoding), encoding
    if data[:2].count(0) == 1:  # a header begins with an ASCII letter or a quotation mark
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
        return _recoded(name, data, encoding), encoding
    wrong = _first_bad_byte(data)
    if wrong is None:
        return data, "utf-8"
    if _looks_western(data):
        return _recoded(name, data, "cp1252" if re.search(rb"[\x80-\x9f]", data) else "latin-1"), "latin-1"
    raise _unknown_encoding(name, data, wrong)


def _recoded(name: str, data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise _unknown_encoding(name, data, error.start) from error


def _first_bad_byte(data: bytes) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view, step = memoryview(data), 1 << 20
    try:
        for start in range(0, len(data), step):
            decoder.decode(view[start : start + step], final=start + step >= len(data))
        return None
    except UnicodeDecodeError as error:
        return _place_of(error, data)


def _place_of(error: UnicodeDecodeError, data: bytes) -> int:
    """Place of the error in all of `data`; in a block of it, `error` tells only the place in that block."""
    try:
        data.decode()
    except UnicodeDecodeError as whole:
        error = whole
    return error.start


def _looks_western(data: bytes) -> bool:
    runs = re.findall(rb"[\x80-\xff]+", data)
    return sum(len(run) == 1 for run in runs) > 0.95 * len(runs)


def _unknown_encoding(name: str, data: bytes, place: int) -> AlignError:
    line = data.count(b"\n", 0, place) + 1
    return AlignError(
        f"the encoding of {name} is not recognised: line {line} is neither UTF-8, UTF-16 nor Latin-1",
        hint="Convert it, for example: iconv -f GB18030 -t UTF-8 FILE > NEW",
    )


def _split_header(name: str, line: str) -> tuple[str, tuple[str, ...]]:
    delimiter, columns = _fields(line)
    if len(columns) < 2:
        raise AlignError(
            f"the header line of {name} has no tab, comma or semicolon between columns: {_shown([line])}",
            hint="Save the table with tabs, commas or semicolons.",
        )
    return delimiter, columns


def _fields(line: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that cuts a header line into most columns, and those columns."""
    ways = {delimiter: _cut(line, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(ways, key=lambda d: len(ways[d]))
    return delimiter, tuple(column.strip() for column in ways[delimiter])


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:  # too long for a field, or a zero byte in it
        return [line]


def _parse(text: TextFile, places: Sequence[int]) -> pl.DataFrame:
    labels = [f"c{i}" for i in range(len(text.columns) + 1)]
    header = text.delimiter.join(labels).encode()
    try:
        return pl.read_csv(
            b"\n".join((header, text.body)),
            separator=text.delimiter,
            quote_char='"' if _has_quotations(text) else None,
            schema={label: pl.String() for label in labels},
            columns=[labels[i] for i in places],
        )
    except pl.exceptions.PolarsError as error:
        _refuse_quotation(text)
        reason = str(error).strip().splitlines()[-1]
        kind = f"{_DELIMITERS[text.delimiter]}-separated text"
        raise AlignError(f"{text.name} cannot be read as {kind}: {reason}") from error


def _refuse_line(text: TextFile, bad: pl.DataFrame) -> None:
    if bad.is_empty():
        return
    rows = _rows(text)
    fields = next(itertools.islice(rows, int(bad["line"][0]) - 2, None))
    raise AlignError(
        f"{text.name}, line {rows.line_num + 1}: {len(fields)} field{'s' * (len(fields) != 1)} separated by "
        f"{_DELIMITERS[text.delimiter]}, but the header has {len(text.columns)}: {_shown(fields)}",
        hint="The file is damaged, cut off, or mixes delimiters; download it again.",
    )


def _refuse_quotation(text: TextFile) -> None:
    rows, line = _rows(text, strict=True), 2
    try:
        for _ in rows:
            line = rows.line_num + 2
    except csv.Error as error:
        raise AlignError(
            f"{text.name}, line {line}: a quotation that begins here is not closed, "
            "or holds a quotation mark that is not doubled",
            hint="The file is damaged or cut off; download it again.",
        ) from error


def _rows(text: TextFile, *, strict: bool = False) -> Any:
    """The lines below the header as Python's csv module reads them, to say what is wrong with one."""
    lines = io.TextIOWrapper(io.BytesIO(text.body), encoding="utf-8", newline="")
    return csv.reader(
        lines,
        delimiter=text.delimiter,
        quoting=csv.QUOTE_MINIMAL if _has_quotations(text) else csv.QUOTE_NONE,
        strict=strict,
    )


def _has_quotations(text: TextFile) -> bool:
    """Tab-separated files hold bare quotation marks, unless R wrote them with every text quoted."""
    return text.quoted or text.delimiter != "\t"


def _shown(texts: Sequence[str]) -> str:
    joined = ", ".join(texts)
    return joined if len(joined) <= 300 else joined[:297] + "..."
