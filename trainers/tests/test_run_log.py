from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from align_trainers.run_log import draw_learning_curve, write_log

HISTORY = [
    {"step": 0, "epoch": 0, "eval_loss": 4.0, "eval_p_at_5": 0.02},
    {"step": 1, "epoch": 0.5, "loss": 3.5, "grad_norm": 1.0, "learning_rate": 0.1, "extra": 7},
    {"step": 1, "epoch": 0.5, "train_runtime": 12.5},
]


def test_the_log_holds_the_figures_and_no_clock_times(tmp_path: Path) -> None:
    write_log(HISTORY, tmp_path / "log.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert rows == [
        {"step": 0, "epoch": 0, "eval_loss": 4.0, "eval_p_at_5": 0.02},
        {"step": 1, "epoch": 0.5, "loss": 3.5, "grad_norm": 1.0, "learning_rate": 0.1},
    ]


def test_the_picture_names_what_was_measured(tmp_path: Path) -> None:
    draw_learning_curve(HISTORY, tmp_path / "curve.svg")
    texts = {element.text for element in ElementTree.parse(tmp_path / "curve.svg").iter() if element.text}
    assert {"loss per token, nats", "P@5", "training examples", "held-out cues"} <= texts


def test_ranking_is_logged_and_drawn_where_it_was_measured(tmp_path: Path) -> None:
    ranked = [{"step": 0, "epoch": 0, "eval_spearman": 0.2, "eval_rank_invalid": 0.5}]
    write_log(ranked, tmp_path / "log.jsonl")
    assert json.loads((tmp_path / "log.jsonl").read_text()) == ranked[0]
    draw_learning_curve([*HISTORY, *ranked], tmp_path / "curve.svg")
    texts = {element.text for element in ElementTree.parse(tmp_path / "curve.svg").iter() if element.text}
    assert {"ranking", "held-out cues: Spearman", "held-out cues: unreadable answers"} <= texts


def test_without_held_out_cues_there_is_one_panel(tmp_path: Path) -> None:
    draw_learning_curve(HISTORY[1:2], tmp_path / "curve.svg")
    texts = {element.text for element in ElementTree.parse(tmp_path / "curve.svg").iter() if element.text}
    assert not {"P@5", "ranking"} & texts
