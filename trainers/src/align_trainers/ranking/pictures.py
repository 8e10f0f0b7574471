"""What happened while learning to rank: a file of figures, and a picture of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Log = Sequence[dict[str, Any]]

PANELS = {
    "reward": {"reward": "sampled answers"},
    "Spearman": {"spearman": "sampled answers", "eval_spearman": "held-out cues"},
    "invalid answers": {"invalid": "sampled answers", "eval_invalid": "held-out cues"},
    "KL to the start, nats an answer": {"kl": "sampled answers"},
    "entropy of a token, nats": {"entropy": "sampled answers"},
    "value loss": {"value_loss": "sampled answers"},
}
"""Titles of the panels, with the figures that each shows and what these were measured on."""


def write_log(log: Log, file: Path) -> None:
    """Write the figures of each step as JSON lines."""
    file.write_text("".join(f"{json.dumps(row)}\n" for row in log), encoding="utf-8")


def draw_curves(log: Log, file: Path) -> None:
    """Draw reward, Spearman, invalid rate, divergence, entropy and value loss over the steps, as SVG."""
    import altair as alt

    shown = [_panel(log, title, figures) for title, figures in PANELS.items()]
    alt.concat(*shown, columns=3).save(file, format="svg")


def _panel(log: Log, title: str, figures: dict[str, str]) -> Any:
    import altair as alt

    rows = [
        {"step": row["step"], "value": row[figure], "measured on": source}
        for figure, source in figures.items()
        for row in log
        if figure in row
    ]
    return (
        alt.Chart({"values": rows}, width=260, height=180)
        .mark_line(point=len(rows) < 100)
        .encode(
            x=alt.X("step:Q", title="step"),
            y=alt.Y("value:Q", title=title),
            color=alt.Color("measured on:N", legend=alt.Legend(orient="bottom")),
        )
    )
