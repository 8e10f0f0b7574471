"""Files that are written whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_CHUNK = 2**20
_WORTH_A_BAR = 2**30  # bytes; hashing them takes a second or more


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in place of the file `path`, whole or not at all, and durably."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a renaming last, where the system can: some file systems refuse."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        with suppress(OSError):
            os.fsync(handle)
        os.close(handle)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; a large one shows how far it is, on a terminal."""
    digest = hashlib.sha256()
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.stat().st_size < _WORTH_A_BAR:
        with path.open("rb") as file:
            yield file
        return
    from rich.console import Console
    from rich.progress import open as open_with_bar

    console = Console(stderr=True)
    hidden, told = not console.is_terminal, f"Checking {path.name}"
    with open_with_bar(
        path, "rb", description=told, console=console, transient=True, disable=hidden
    ) as large:
        yield large
