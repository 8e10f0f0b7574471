"""Hashes of files, and files that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from align_tasks import files
from align_tasks.files import replace_file, sha256_of

CONTENT = bytes(range(256)) * 9000  # more than two chunks


@pytest.mark.parametrize("worth_a_bar", [0, len(CONTENT) + 1])
def test_the_hash_of_a_file_is_that_of_its_content(
    worth_a_bar: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "_WORTH_A_BAR", worth_a_bar)
    (tmp_path / "file").write_bytes(CONTENT)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(CONTENT).hexdigest()
    assert capsys.readouterr().out == ""


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    replace_file(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]
