"""How the demo ends: what it says moved is what the comparison says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.read import compare_results
from align_tasks.demo.ending import MOVED, NOT_MOVED, UNKNOWN, print_ending, what_moved
from align_tasks.demo.measures import measured
from align_tasks.demo.plan import LESSONS, Plan

STAMP = "2026-01-01T00-00-00.000000"
BEFORE = {"p_at_5": [0.0, 0.2, 0.0, 0.2, 0.0, 0.2], "invalid": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]}
AFTER = {"p_at_5": [0.6, 0.8, 0.4, 0.8, 0.6, 0.6], "invalid": [0.0, 1.0, 1.0, 0.0, 1.0, 0.0]}


def _write(folder: Path, figures: Mapping[str, Sequence[float]], adapter: str | None = None) -> Path:
    """A results file of `swow_us`, and its samples."""
    folder.mkdir()
    rows: list[dict[str, Any]] = [
        {
            "doc": {"cue": f"cue {place}"},
            "filter": "none",
            "metrics": list(figures),
            **dict(zip(figures, row, strict=True)),
        }
        for place, row in enumerate(zip(*figures.values(), strict=True))
    ]
    told = {"version": 1, "data_fingerprint": "d" * 12, "prompt_fingerprint": "p" * 12, "norms": "demo"}
    content = {
        "results": {"swow_us": {f"{name},none": sum(of) / len(of) for name, of in figures.items()}},
        "configs": {"swow_us": {"metadata": told}},
        "higher_is_better": {"swow_us": {"p_at_5": True, "invalid": False}},
        "config": {"model": "hf", "model_args": f"pretrained=base{f',peft={adapter}' if adapter else ''}"},
        "align": {"model": {"name": "base"}, "adapter": {"sha256": "a" * 64} if adapter else None},
    }
    (folder / f"samples_swow_us_{STAMP}.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    file = folder / f"results_{STAMP}.json"
    file.write_text(json.dumps(content))
    return file


def _compared(tmp_path: Path, rows: int) -> Comparison:
    cut = [{name: of[:rows] for name, of in figures.items()} for figures in (BEFORE, AFTER)]
    return compare_results([_write(tmp_path / "a", cut[0]), _write(tmp_path / "b", cut[1], "sft")])[0]


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    return _compared(tmp_path, 6)


def test_what_moved_is_what_has_an_interval_without_0(comparison: Comparison) -> None:
    first, moved, second, unmoved = what_moved(comparison, measured(comparison))
    assert (first, second) == (MOVED, NOT_MOVED)
    assert moved.startswith("  P@5 of associations: sft +0.533 (+0.")
    assert unmoved.startswith("  unreadable associations: sft +0.000 (-0.")


def test_one_row_has_no_interval(tmp_path: Path) -> None:
    comparison = _compared(tmp_path, 1)
    heading, *lines = what_moved(comparison, measured(comparison))
    assert heading == UNKNOWN
    assert lines == ["  P@5 of associations: sft +0.600", "  unreadable associations: sft -1.000"]


def test_the_end_shows_the_figures_the_caution_and_the_places(comparison: Comparison, tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path / "out", 6, LESSONS)
    plan.adapters["sft"].mkdir(parents=True)
    shown = StringIO()
    print_ending(plan, comparison, Console(file=shown, width=100))
    lines = shown.getvalue().splitlines()
    (figures,) = (line.split() for line in lines if "P@5 of associations ↑" in line)
    assert figures[-3:] == ["6", "0.100", "0.633"]
    text = " ".join(shown.getvalue().split())
    (p_value,) = (
        cell.change.corrected
        for table in comparison.tables
        for cell in table.columns[0].cells.values()
        if cell.change is not None
    )
    assert p_value is not None
    assert p_value >= 0.05
    assert "corrected for all 2 tests on the page (Holm), none of these changes stay" in text
    assert "do not cite these figures" in text
    assert "2,596 people in the USA and 3,036 in China" in text
    assert f"to open in a browser: {tmp_path}/out/comparison.html" in text
    assert f"Adapter: {tmp_path}/out/adapters/sft" in text
    assert "sft-ppo" not in text
