"""A reader of files as people download them, and how the right one for a file is found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal, get_args

from align_tasks.errors import AlignError
from align_tasks.readers.report import unknown_reader
from align_tasks.reference import Function, resolve

Kind = Literal["associations", "items", "ratings"]
Position = Literal["R1", "R123"]

_NAME = "[A-Za-z0-9][A-Za-z0-9_-]*"
_TABLES: dict[str, tuple[str, str]] = {  # the names under which tables of a kind are found, and how to say it
    "associations": (r"\{culture\}", "{culture}"),
    "items": (rf"{_NAME}\.(\{{culture\}}|all)", "SURVEY.{culture} or SURVEY.all"),
    "ratings": (rf"\{{language\}}\.{_NAME}", "{language}.NAME"),
}


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What a reader is asked for. Later versions may add fields: a reader takes those that it needs.

    Attributes:
        path: the file as downloaded.
        culture: of associations: whose they are, to be written into the rows.
        language: of associations and ratings: code of the words.
        countries: of items: ISO 3166-1 alpha-3 codes to take; none means every country in the file.
        position: of associations: first responses only, or all three; None leaves it to the file.
    """

    path: Path
    culture: str = ""
    language: str = ""
    countries: Sequence[str] = ()
    position: Position | None = None


@dataclass(frozen=True)
class Reader:
    """Reads one layout of files into a canonical table (`align_tasks.data.tables`).

    Attributes:
        name: what ``--reader`` takes, such as ``swow-strength``.
        source: the word after ``align data import``, such as ``swow``; its readers are tried in turn, and
            all make tables of one kind.
        kind: of the table: ``associations``, ``items`` or ``ratings``.
        describes: which files these are, for ``--help``.
        recognises: takes the path; whether this reader knows the layout.
        read: takes an `ImportRequest`; returns the rows as a polars DataFrame, and an account of every row
            of the file (`align_tasks.readers.report.Report`). Where a file of associations tells who
            answered, these rows are people's lists (`PARTICIPANTS`), from which associations are counted.
        licence: of the data, recorded with the table.
        table: name of the table: ``{culture}`` for associations, ``{language}.NAME`` for ratings, and for
            items ``SURVEY.{culture}``, a table for each country of the rows, or ``SURVEY.all``.
    """

    name: str
    _: KW_ONLY
    source: str
    kind: Kind
    describes: str
    recognises: Function
    read: Function
    licence: str
    table: str

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise AlignError(f"a reader's kind is one of {', '.join(get_args(Kind))}, not {self.kind!r}")
        for what, word in (("reader", self.name), ("source of files", self.source)):
            if not re.fullmatch(r"[^\s-]\S*", word):
                raise AlignError(f"{word!r} cannot name a {what}: take one word, as it is typed in a command")
        pattern, wanted = _TABLES[self.kind]
        if not re.fullmatch(pattern, self.table):
            raise AlignError(f"the table of a reader of {self.kind} is named {wanted}, not {self.table!r}")


def readers_of(source: str) -> list[Reader]:
    """The readers of a source, those of the package first."""
    from align_tasks.plugins.loading import registry

    return [reader for reader in registry().readers.values() if reader.source == source]


def reader_for(path: Path, source: str, name: str | None = None) -> Reader:
    """The reader of a file.

    Args:
        path: the file as downloaded.
        source: the word after ``align data import``.
        name: of the reader to take, whatever the file looks like.

    Raises:
        AlignError: no reader of that name, the file cannot be read, no reader knows its layout, or the one
            that does makes tables of another kind than the command imports.
    """
    readers = readers_of(source)
    named = [reader for reader in readers if reader.name == name]
    if name is not None and not named:
        raise unknown_reader(name, f"align data import {source}", [reader.name for reader in readers])
    chosen = named[0] if named else _recognised(path, readers)
    if chosen.kind != readers[0].kind:
        raise AlignError(
            f"the reader {chosen.name!r} reads {chosen.kind}, and align data import {source} imports "
            f"{readers[0].kind}",
            hint="Its authors must give it a source of its own.",
        )
    return chosen


def _recognised(path: Path, readers: Sequence[Reader]) -> Reader:
    """The first reader that knows the file; one that fails on it, but for an `AlignError`, is passed over."""
    from align_tasks.plugins.loading import tell_failure

    unreadable: AlignError | None = None
    for reader in readers:
        try:
            if resolve(reader.recognises)(path):
                return reader
        except AlignError as error:
            unreadable = unreadable or error
        except Exception as error:
            tell_failure(reader, f"its reader {reader.name!r}", error)
    raise unreadable or _unknown_layout(path, readers)


def _unknown_layout(path: Path, readers: Sequence[Reader]) -> AlignError:
    """The error that tells what the file is, beside what the readers know."""
    from align_tasks.readers.textfile import found_columns, read_text

    problem = f"no reader knows the layout of {path.name}"
    try:
        hint = found_columns(read_text(path))
    except AlignError as error:
        problem, hint = f"{problem}: {error.problem}", error.hint or ""
    known = "; ".join(f"{reader.name}: {reader.describes}" for reader in readers)
    return AlignError(problem, hint=f"{hint}\n  Readers: {known}")
