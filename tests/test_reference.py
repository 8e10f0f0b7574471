from __future__ import annotations

import sys
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.reference import resolve


def test_a_function_is_itself() -> None:
    assert resolve(len) is len


def test_a_name_is_imported() -> None:
    assert resolve("os.path:join") is __import__("os").path.join


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere.at_all:f", "ModuleNotFoundError: No module named 'nowhere'"),
        ("os.path:no_such", "AttributeError: .*no attribute 'no_such'"),
        ("os path", "ValueError: invalid format: 'os path'"),
        ("", "ValueError: invalid format: ''"),
    ],
)
def test_a_name_that_cannot_be_imported_is_told_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(AlignError, match=f"the function '{name}' cannot be imported: {reason}") as error:
        resolve(name)
    assert error.value.__cause__ is not None


def test_a_module_that_fails_when_it_is_imported_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fails_on_import.py").write_text("1 / 0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(AlignError, match="'fails_on_import:f' cannot be imported: ZeroDivisionError"):
        resolve("fails_on_import:f")


def test_a_name_of_something_else_is_told() -> None:
    with pytest.raises(AlignError, match="'os:sep' is no function"):
        resolve("os:sep")
