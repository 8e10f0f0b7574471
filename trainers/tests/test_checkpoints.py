from __future__ import annotations

from pathlib import Path

from align_trainers.checkpoints import COMPLETE, last_checkpoint, remove_torn


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
