"""Tables on disk: each is a Parquet file with its provenance beside it, and is replaced whole or not at all.

``associations/us.parquet`` is the table, ``associations/us.<first 16 of its SHA-256>.json`` tells where it
came from. The provenance is written first and found by the table's own hash, so that renaming the Parquet
file is the one moment at which a table changes: an import that stops before it leaves the earlier table with
its provenance, and one that stops after it leaves the new table with its own.

A table may have others beside it that say more of the same rows, and must never be another import's. They are
found by its hash too, and written before it: ``participants/us.<first 12 of its SHA-256>.parquet``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks import paths
from align_tasks.errors import AlignError
from align_tasks.files import replace_file

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_LEFTOVER_SECONDS = 3600
_FINGERPRINT = 12


def table_path(kind: str, name: str) -> Path:
    """Where the table `name` of `kind` lies, whether or not it is there.

    Raises:
        AlignError: `name` could not be a file name, such as ``../x``.
    """
    if not _NAME.fullmatch(name):
        raise AlignError(f"{name!r} cannot name a table: use letters, digits, '-' and '_'")
    return paths.data_dir() / kind / f"{name}.parquet"


def names(kind: str) -> list[str]:
    """Names of the stored tables of `kind`, in order; a file whose name no table could have is none.

    Raises:
        AlignError: the folder is there and cannot be read: what it holds must not seem to be missing.
    """
    folder = paths.data_dir() / kind
    try:
        stems = [name[: -len(".parquet")] for name in os.listdir(folder) if name.endswith(".parquet")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AlignError(
            f"cannot read the data directory {folder}: {error.strerror or error}",
            hint="Make it readable, or name another data directory in ALIGN_DATA.",
        ) from error
    return sorted(stem for stem in stems if _NAME.fullmatch(stem))


def write(
    kind: str,
    name: str,
    frame: pl.DataFrame,
    about: Mapping[str, Any],
    beside: Mapping[str, pl.DataFrame | None] | None = None,
) -> str:
    """Put `frame` in place of the table `name`, together with its provenance.

    Args:
        frame: rows in their canonical order; the same rows always give the same bytes.
        about: provenance, anything JSON can hold; the table's name, row count and hash are added.
        beside: tables that belong to this one, by kind, to be found by `name_beside`; None where this one
            has none of that kind. Those that belonged to the earlier table go with it.

    Returns:
        SHA-256 of the table, in hexadecimal.

    Raises:
        AlignError: the data directory cannot be written or is full; the earlier table is untouched.
    """
    path = table_path(kind, name)
    content = _parquet(frame)
    sha256 = _sha256(content)
    others = {other: rows for other, rows in (beside or {}).items() if rows is not None}
    with _failing_as_told(path):
        earlier = _sha256_of(path)
        try:
            for other, rows in others.items():
                _put(table_path(other, name_beside(name, sha256)), rows.height, _parquet(rows), about)
            _put(path, frame.height, content, about)
        except BaseException:
            if _sha256_of(path) != sha256:
                for other in others:
                    _clear_beside(other, name, kept=earlier, gone=(sha256,))
            raise
        for other in beside or {}:
            kept = sha256 if other in others else None
            _clear_beside(other, name, kept=kept, gone=(earlier, sha256))
    return sha256


def name_beside(name: str, sha256: str) -> str:
    """Name of the tables that belong to the table `name` of that SHA-256, whatever their kind."""
    return f"{name}.{sha256[:_FINGERPRINT]}"


def read(kind: str, name: str) -> pl.DataFrame:
    """The table `name` of `kind`, after checking that it is the one that was imported.

    Raises:
        AlignError: there is no such table, or it was damaged or changed since its import.
    """
    content, _, _ = _checked(kind, name)
    return pl.read_parquet(io.BytesIO(content))


def provenance(kind: str, name: str) -> dict[str, Any]:
    """Where the table `name` came from; raises as `read` does, also when the provenance is damaged."""
    _, sha256, record = _checked(kind, name)
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except OSError as error:
        raise AlignError(f"cannot read {record}: {error.strerror or error}") from error
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("sha256") != sha256:
        raise AlignError(f"{record} is damaged", hint="Import the table again.")
    return found


def fingerprint(kind: str, name: str) -> str:
    """First 12 hexadecimal digits of the table's SHA-256; raises if there is no such table."""
    return _sha256(_content(kind, name))[:_FINGERPRINT]


def _checked(kind: str, name: str) -> tuple[bytes, str, Path]:
    """Content of a table, its SHA-256, and the file of its provenance, which is there."""
    content = _content(kind, name)
    path, sha256 = table_path(kind, name), _sha256(content)
    record = _record_path(path, sha256)
    if not record.exists():
        raise AlignError(f"{path} is not as it was imported: damaged or changed", hint="Import it again.")
    return content, sha256, record


def _content(kind: str, name: str) -> bytes:
    path = table_path(kind, name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise AlignError(f"cannot read the table {path}: {error.strerror or error}") from error


def _parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.rechunk().write_parquet(
        file, compression="zstd", compression_level=3, statistics=True, row_group_size=1_000_000
    )
    return file.getvalue()


def _put(path: Path, rows: int, content: bytes, about: Mapping[str, Any]) -> None:
    """Write a table and its provenance, the earlier ones staying unless both are in place."""
    sha256 = _sha256(content)
    record = _record_path(path, sha256)
    told = {"table": f"{path.parent.name}/{path.stem}", "rows": rows, "sha256": sha256, **about}
    path.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(path)
    earlier = _sha256_of(path)
    try:
        replace_file(record, json.dumps(told, ensure_ascii=False, indent=1).encode())
        replace_file(path, content)
    except BaseException:
        if _sha256_of(path) != sha256:
            record.unlink(missing_ok=True)
        raise
    if earlier not in (None, sha256):
        _record_path(path, str(earlier)).unlink(missing_ok=True)


def _clear_leftovers(table: Path) -> None:
    """Remove what an import of this table left behind when it was killed, an hour ago or longer."""
    stem = table.name[: -len(".parquet")]
    current = _record_path(table, _sha256(table.read_bytes())) if table.exists() else None
    for left in (*table.parent.glob(f".{stem}.*.tmp"), *table.parent.glob(f"{stem}.{'[0-9a-f]' * 16}.json")):
        if left != current and _is_old(left):
            left.unlink(missing_ok=True)


def _clear_beside(kind: str, name: str, *, kept: str | None, gone: Collection[str | None]) -> None:
    """Remove the tables of `kind` beside the table `name` where it had a SHA-256 of `gone`.

    Others than those of `kept` were left behind when an import was killed. They go after an hour, since an
    import that is at work may need them; what cannot be removed is never found, and does no harm.
    """
    tail = rf"([0-9a-f]{{{_FINGERPRINT}}})\.(parquet|[0-9a-f]{{16}}\.json)(\.\d+\.tmp)?"
    wanted, *unwanted = ((sha256 or "")[:_FINGERPRINT] for sha256 in (kept, *gone))
    with suppress(OSError):
        for file in (paths.data_dir() / kind).iterdir():
            found = re.fullmatch(rf"\.?{re.escape(name)}\.{tail}", file.name)
            if found and found[1] != wanted and (found[1] in unwanted or _is_old(file)):
                file.unlink(missing_ok=True)


def _is_old(file: Path) -> bool:
    """Whether no import that is still at work can have written a file."""
    return time.time() - file.stat().st_mtime > _LEFTOVER_SECONDS


@contextmanager
def _failing_as_told(table: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        name = f"{table.parent.name}/{table.name[: -len('.parquet')]}"
        raise AlignError(
            f"cannot write to {table.parent}: {reason}; the table {name} is as it was",
            hint="Make room or name another data directory in ALIGN_DATA.",
        ) from error


def _sha256_of(path: Path) -> str | None:
    return _sha256(path.read_bytes()) if path.exists() else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record_path(table: Path, sha256: str) -> Path:
    return table.with_name(f"{table.name[: -len('.parquet')]}.{sha256[:16]}.json")
