from __future__ import annotations

import json
from pathlib import Path

from align_trainers.ranking.pictures import draw_curves, draw_runs, write_log

LOG = [
    {"step": 0, "eval_spearman": 0.1},
    {"step": 1, "reward": 0.5, "spearman": 0.25, "kl": 0.0},
    {"step": 2, "reward": 0.75, "spearman": 0.5, "kl": 0.5, "eval_spearman": 0.2},
]


def test_the_log_is_json_lines_as_it_is(tmp_path: Path) -> None:
    write_log(LOG, tmp_path / "log.jsonl")
    assert [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()] == LOG


def test_a_picture_has_a_panel_for_each_figure_that_there_is(tmp_path: Path) -> None:
    draw_curves(LOG, tmp_path / "one.svg")
    picture = (tmp_path / "one.svg").read_text()
    assert all(title in picture for title in ("reward", "Spearman", "KL to the start", "held-out cues"))
    assert "value loss" not in picture
    assert "entropy" not in picture


def test_several_runs_are_told_apart_by_their_names(tmp_path: Path) -> None:
    draw_runs({"seed-1": LOG, "seed-2": LOG[:2]}, tmp_path / "two.svg")
    picture = (tmp_path / "two.svg").read_text()
    assert picture.count("seed-1") >= 1
    assert picture.count("seed-2") >= 1
