"""Learning curves, from the log that trainers leave in an adapter's folder."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.page.texts import cut

LOG = "training_log.jsonl"
LONGEST_LOG = 50_000_000  # bytes
POINTS = 400
MOST_FIGURES = 40
_NOT_SHOWN = ("step", "epoch", "learning_rate", "grad_norm")


def curve_data(comparison: Comparison, notes: list[str]) -> list[dict[str, Any]]:
    """The figures of every run that left a log."""
    found = []
    for place, row in enumerate(comparison.rows):
        for entry in row.members:
            file = None if entry.folder is None else entry.folder / LOG
            if file is not None and file.is_file():
                figures = log_figures(file, entry.label, notes)
                if figures:
                    label = row.label if len(row.members) == 1 else entry.label
                    found.append({"row": place, "label": label, "figures": figures})
    return found


def log_figures(file: Path, label: str, notes: list[str]) -> dict[str, list[list[float]]]:
    """The figures of a log, ``{"loss": [[step, value], …], …}``; what cannot be read is noted for `label`."""
    series: dict[str, list[list[float]]] = {}
    try:
        if file.stat().st_size > LONGEST_LOG:
            raise ValueError("it is too long")
        for step, name, value in _points(file):
            if name in series or len(series) < MOST_FIGURES:
                series.setdefault(name, []).append([step, value])
    except (OSError, ValueError, ArithmeticError, RecursionError) as error:
        notes.append(f"{label}: the training log cannot be read: {cut(error)}")
    return {name: _thinned(points) for name, points in series.items() if len(points) > 1}


def _points(file: Path) -> Iterator[tuple[float, str, float]]:
    """Step, name and value of every figure."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if not isinstance(row, dict) or not _is_number(row.get("step")):
                continue
            for name, value in row.items():
                if name not in _NOT_SHOWN and _is_number(value):
                    yield row["step"], cut(name, 60), float(f"{value:.5g}")


def _thinned(points: list[list[float]]) -> list[list[float]]:
    """At most so many points, evenly spaced, the first and the last among them."""
    if len(points) <= POINTS:
        return points
    return [points[round(place * (len(points) - 1) / (POINTS - 1))] for place in range(POINTS)]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
