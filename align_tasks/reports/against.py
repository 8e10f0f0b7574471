"""Figures against a setting that trainings vary, such as P@5 against the share of the norms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from align_tasks.comparison.compare import Comparison
from align_tasks.reports.charts import Chart, about, svg
from align_tasks.reports.tables import Metric, Shown
from align_tasks.reports.varied import Varied, varied

LOGARITHMIC = 10  # times the smallest value of a setting that the largest has to be
COLOUR = "var(--accent)"


def against_settings(comparison: Comparison, tables: Sequence[Shown]) -> Iterator[Chart]:
    """For each setting that trainings vary and each metric, the figures with their 95% intervals."""
    for one in varied(comparison.rows):
        for table in tables:
            for metric in table.metrics:
                points = list(_points(one, metric))
                if len(points) > 1:
                    title = f"{table.task}: {metric.title} against {one.setting}"
                    picture = _picture(one.setting, points, _baseline(metric))
                    yield Chart(title, f"{one.about}; {about(table, metric)}", svg(picture))


def _points(one: Varied, metric: Metric) -> Iterator[dict[str, float]]:
    for value, label in one.labels.items():
        cell = metric.column.cells.get(label)
        if cell is not None and math.isfinite(cell.value):
            ends = (cell.interval.low, cell.interval.high) if cell.interval else ()
            low, high = ends if ends and all(map(math.isfinite, ends)) else (cell.value, cell.value)
            yield {"setting": value, "figure": cell.value, "low": low, "high": high}


def _baseline(metric: Metric) -> float | None:
    of_baseline = [metric.column.cells[line.label].value for line in metric.lines if line.is_baseline]
    return next(filter(math.isfinite, of_baseline), None)


def _picture(setting: str, points: Sequence[Mapping[str, float]], baseline: float | None) -> dict[str, Any]:
    values = [point["setting"] for point in points]
    is_wide = min(values) > 0 and max(values) >= LOGARITHMIC * min(values)
    x = {
        "field": "setting",
        "type": "quantitative",
        "title": setting,
        "scale": {"type": "log" if is_wide else "linear", "zero": False, "nice": False, "padding": 12},
        "axis": {"values": values, "format": "~g", "grid": False},
    }
    y = {"type": "quantitative", "title": None, "scale": {"zero": False}}
    dashed = {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "strokeDash": [4, 3]},
        "encoding": {"y": {"datum": baseline, **y}},
    }
    return {
        "height": 150,
        "data": {"values": list(points)},
        "layer": [
            *([dashed] if baseline is not None else []),
            {"mark": {"type": "line", "color": COLOUR}, "encoding": {"x": x, "y": {"field": "figure", **y}}},
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, "color": COLOUR},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "color": COLOUR},
                "encoding": {"x": x, "y": {"field": "figure", **y}},
            },
        ],
    }
