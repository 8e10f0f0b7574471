"""The demo where no trainer is installed, on a tiny model: it evaluates, and says how to get the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from align_tasks.demo.plan import LESSONS, Plan
from align_tasks.demo.story import carry_out


def test_without_trainers_it_evaluates_and_says_how_to_get_them(
    tiny_model: Path,
    data_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("align_tasks.trainers._has_ours", lambda: False)
    plan = Plan(tiny_model, tmp_path / "out", 1, LESSONS)
    comparison = carry_out(plan)
    assert [row.label for row in comparison.rows] == ["tiny"]
    assert plan.page.is_file()
    told = " ".join(capsys.readouterr().err.split())
    assert "1 of 5" in told
    assert "2 to 4 of 5 · Left out" in told
    assert "pip install align-trainers (in a clone: pip install ./trainers) Then run the same" in told
