"""Tests run against the installed plugin, without the others."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

os.environ["ALIGN_LOAD_PLUGINS"] = "opinions"

Row = tuple[str, str, str, str]
Write = Callable[..., Path]


@pytest.fixture
def row() -> Callable[..., Row]:
    """A row in the released layout."""

    def make(
        question: str, options: Sequence[Any], shares: Mapping[str, Sequence[float]], survey: str = "GAS"
    ) -> Row:
        return question, f"defaultdict(<class 'list'>, {dict(shares)!r})", repr(list(options)), survey

    return make


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write rows as a file in the released layout."""

    def write_file(
        *rows: Row, columns: Sequence[str] = ("question", "selections", "options", "source")
    ) -> Path:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows(rows)
        path = tmp_path / "global_opinions.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory of the test's own, and a cache."""
    monkeypatch.setenv("ALIGN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


@pytest.fixture
def imported(data_home: Path, write: Write, row: Callable[..., Row]) -> list[dict[str, Any]]:
    """Three made-up questions, answered by the USA, China and Japan in part; one has too many options."""
    from align_tasks.data.imports import import_file

    path = write(
        row(
            "How important is ____ to you? a. made-up tea",
            [
                "Very important",
                "Somewhat important",
                "Not too important",
                "Not important at all",
                "DK/Refused",
            ],
            {
                "United States": [0.1, 0.2, 0.3, 0.3, 0.1],
                "China": [0.4, 0.4, 0.1, 0.0, 0.1],
                "Japan": [0.25, 0.25, 0.25, 0.25, 0],
                "India (Old national sample)": [0.2, 0.2, 0.2, 0.2, 0.2],
            },
        ),
        row(
            "Which made-up river is longer?",
            ["The Ambo", "The Belu", "The Cide"],
            {"United States": [0.5, 0.25, 0.25], "Japan": [0.2, 0.2, 0.6]},
            "WVS",
        ),
        row("Which letter?", [f"option {n}" for n in range(27)], {"United States": [1 / 27] * 27}),
    )
    return import_file(path, "opinions")
