"""Reading a record that somebody damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.record import read_record
from align_tasks.errors import AlignError


def test_a_folder_without_a_record_has_none(trained: Path) -> None:
    assert read_record(trained) is None
    assert read_record(str(trained)) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "format: Input should be 1"),
        ({"steps": "many"}, "steps: "),
        ({"steps": -1}, "steps: "),
        ({"base_model": {"name": "x", "revision": None}}, "base_model: sha256: "),
        ({"files": {"../outside": "ab" * 32}}, "outside"),
        ({"files": {"README.md": "short"}}, "README.md: "),
        ({"recipe": []}, "recipe: "),
    ],
)
def test_what_is_wrong_in_a_record_is_named(
    change: dict[str, Any], told: str, sealed: Callable[..., Any], trained: Path
) -> None:
    sealed()
    file = trained / "align.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(AlignError, match=r"align\.json is damaged") as raised:
        read_record(trained)
    assert told in raised.value.problem


@pytest.mark.parametrize("name", ["trainer", "recipe", "files"])
def test_what_is_missing_in_a_record_is_named(name: str, sealed: Callable[..., Any], trained: Path) -> None:
    sealed()
    file = trained / "align.json"
    kept = {key: value for key, value in json.loads(file.read_text()).items() if key != name}
    file.write_text(json.dumps(kept))
    with pytest.raises(AlignError, match=f"{name}: Field required"):
        read_record(trained)


@pytest.mark.parametrize("content", [b"", b'{"format": 1', b"[]", b"\xff\xfe", b"null"])
def test_what_is_no_record_at_all_is_told(content: bytes, trained: Path) -> None:
    (trained / "align.json").write_bytes(content)
    with pytest.raises(AlignError, match=r"align\.json is damaged"):
        read_record(trained)
