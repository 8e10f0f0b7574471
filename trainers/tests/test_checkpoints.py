from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from align_tasks.errors import AlignError
from align_trainers.checkpoints import COMPLETE, last_checkpoint, remove_torn, telling_of_full_disk


def checkpoint(folder: Path, step: int, *, is_whole: bool) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    if is_whole:
        (path / COMPLETE).touch()
    return path


def test_the_latest_whole_checkpoint_counts_by_number(tmp_path: Path) -> None:
    checkpoint(tmp_path, 9, is_whole=True)
    latest = checkpoint(tmp_path, 10, is_whole=True)
    checkpoint(tmp_path, 11, is_whole=False)
    assert last_checkpoint(tmp_path) == latest


def test_there_may_be_none(tmp_path: Path) -> None:
    checkpoint(tmp_path, 11, is_whole=False)
    assert last_checkpoint(tmp_path) is None
    assert last_checkpoint(tmp_path / "nowhere") is None


def test_torn_ones_are_removed_and_whole_ones_stay(tmp_path: Path) -> None:
    whole = checkpoint(tmp_path, 9, is_whole=True)
    checkpoint(tmp_path, 11, is_whole=False)
    remove_torn(tmp_path)
    assert list(tmp_path.iterdir()) == [whole]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), Exception("os error 28")])
def test_a_full_disk_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    checkpoint(tmp_path, 9, is_whole=True)
    if not isinstance(error, OSError):
        full = SimpleNamespace(free=4096)
        monkeypatch.setattr("align_trainers.checkpoints.shutil.disk_usage", lambda path: full)
    told = pytest.raises(AlignError, match=r"is full[^!]*goes on from step 9")
    with told, telling_of_full_disk(tmp_path, tmp_path):
        raise error


def test_other_errors_are_told_as_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other"), telling_of_full_disk(tmp_path, tmp_path):
        raise ValueError("other")
