"""A reader of files as people download them, and how the right one for a file is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from align_tasks.errors import AlignError
from align_tasks.readers.report import unknown_reader
from align_tasks.reference import Function, resolve

Kind = Literal["associations", "items", "ratings"]


@dataclass(frozen=True)
class Reader:
    """Reads one layout of files into a canonical table (`align_tasks.data.tables`).

    Attributes:
        name: what ``--reader`` takes, such as ``swow-strength``.
        source: the word after ``align data import``, such as ``swow``; its readers are tried in turn.
        kind: of the table: ``associations``, ``items`` or ``ratings``.
        describes: which files these are, for ``--help``.
        recognises: takes the path; whether this reader knows the layout.
        read: takes the path and, by name, ``culture, language, position`` (associations), ``countries``
            (items) or ``language`` (ratings); returns the rows, and an account of every row of the file
            (`align_tasks.readers.report.Report`).
        licence: of the data, recorded with the table.
        table: name of the table: ``{culture}`` stands for the culture, or for each country of the rows,
            ``{language}`` for the language.
    """

    name: str
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
        AlignError: no reader of that name, the file cannot be read, or no reader knows its layout.
    """
    readers = readers_of(source)
    if name is not None:
        named = [reader for reader in readers if reader.name == name]
        if not named:
            raise unknown_reader(name, f"align data import {source}", [reader.name for reader in readers])
        return named[0]
    return _recognised(path, readers)


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
