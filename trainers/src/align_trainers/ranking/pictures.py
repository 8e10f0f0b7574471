"""What happened while learning to rank: a file of figures, and a picture of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    """Draw reward, Spearman, invalid rate, divergence, entropy and value loss over the steps, as SVG.

    Figures that a trainer does not have are left out.
    """
    draw_runs({"": log}, file)


def draw_runs(logs: Mapping[str, Log], file: Path) -> None:
    """Draw the curves of several runs into the same panels, as SVG.

    Args:
        logs: by the name of the run.
    """
    import altair as alt

    panels = [_panel(rows, title, len(logs)) for title, rows in _rows(logs).items() if rows]
    alt.concat(*panels, columns=3).save(file, format="svg")


def _rows(logs: Mapping[str, Log]) -> dict[str, list[dict[str, Any]]]:
    """What each panel shows, by its title."""
    return {
        title: [
            {"step": row["step"], "value": row[figure], "measured on": source, "run": name}
            for figure, source in figures.items()
            for name, log in logs.items()
            for row in log
            if figure in row
        ]
        for title, figures in PANELS.items()
    }


def _panel(rows: list[dict[str, Any]], title: str, runs: int) -> Any:
    """A panel, with a colour for each run, or of one run for what it was measured on."""
    import altair as alt

    legend = alt.Legend(orient="bottom")
    source = alt.Color("measured on:N", legend=legend)
    looks = (
        {"color": source}
        if runs == 1
        else {
            "color": alt.Color("run:N", legend=legend),
            "strokeDash": alt.StrokeDash("measured on:N", legend=legend),
        }
    )
    return (
        alt.Chart({"values": rows}, width=260, height=180)
        .mark_line(point=len(rows) < 100)
        .encode(x=alt.X("step:Q", title="step"), y=alt.Y("value:Q", title=title), **looks)
    )
