"""What happened while training: a file of figures, and a picture of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NAMES = {
    "loss": "training examples",
    "eval_loss": "held-out cues",
    "eval_p_at_5": "held-out cues",
    "eval_spearman": "held-out cues: Spearman",
    "eval_rank_invalid": "held-out cues: unreadable answers",
}
FIGURES = ("step", "epoch", "loss", "grad_norm", "learning_rate", *(name for name in NAMES if name != "loss"))

Log = Sequence[dict[str, Any]]


def write_log(history: Log, file: Path) -> None:
    """Write the figures of each step as JSON lines, without clock times, which differ from run to run."""
    rows = [{name: row[name] for name in FIGURES if name in row} for row in history]
    lines = [json.dumps(row) for row in rows if len(row) > 2]  # more than step and epoch
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def draw_learning_curve(history: Log, file: Path) -> None:
    """Draw loss, P@5 and ranking over the steps, as SVG."""
    import altair as alt

    panels = [_panel(history, ("loss", "eval_loss"), "loss per token, nats")]
    if any("eval_p_at_5" in row for row in history):
        panels.append(_panel(history, ("eval_p_at_5",), "P@5", from_zero=True))
    if any("eval_spearman" in row for row in history):
        panels.append(_panel(history, ("eval_spearman", "eval_rank_invalid"), "ranking", from_zero=True))
    alt.hconcat(*panels).save(file, format="svg")


def _panel(history: Log, figures: tuple[str, ...], title: str, *, from_zero: bool = False) -> Any:
    import altair as alt

    rows = [
        {"step": row["step"], "value": row[figure], "measured on": NAMES[figure]}
        for figure in figures
        for row in history
        if figure in row
    ]
    return (
        alt.Chart({"values": rows}, width=320, height=220)
        .mark_line(point=len(rows) < 100)
        .encode(
            x=alt.X("step:Q", title="step"),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=from_zero)),
            color=alt.Color("measured on:N", legend=alt.Legend(orient="bottom")),
        )
    )
