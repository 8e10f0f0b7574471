"""The demo's folder: a new one, its own, and one of another kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from align_tasks.demo.folder import take_folder
from align_tasks.demo.plan import LESSONS, Plan
from align_tasks.errors import AlignError


def _plan(output: Path) -> Plan:
    return Plan(Path("model"), output, 2, LESSONS)


def test_a_new_folder_an_empty_one_and_its_own_are_taken(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for output in (tmp_path / "new" / "one", empty):
        take_folder(_plan(output))
        (output / "results").mkdir()
        take_folder(_plan(output))


def test_a_folder_of_another_kind_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(AlignError, match="is not empty, and holds no demo") as told:
        take_folder(_plan(tmp_path))
    assert "--output" in str(told.value)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AlignError, match="as a folder"):
        take_folder(_plan(tmp_path / "file"))
