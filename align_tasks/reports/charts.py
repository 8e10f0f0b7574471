"""Figures of the report as SVG that needs no script: changes with their intervals, and learning curves.

Colours are those of the page's style sheet, so that the same picture is readable on light and dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from align_tasks.comparison.page.curves import LOG, log_figures
from align_tasks.comparison.wording import star
from align_tasks.reports.tables import Metric, Shown
from align_tasks.reports.trained import Trained, by_run

WIDTH = 300  # pixels, so that a chart fits on a telephone as it is
ROW = 42
COLOURS = {"better": "var(--good)", "worse": "var(--bad)", "not told apart": "currentColor"}
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])
CURVES = ("loss", "reward")
Points = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Chart:
    """A figure.

    Attributes:
        title: what it shows, in words.
        about: what its figures rest on.
        svg: the picture.
    """

    title: str
    about: str
    svg: Markup


def forests(tables: Sequence[Shown]) -> Iterator[Chart]:
    """For each metric the changes from the baseline with their 95% intervals, a line for each row."""
    for table in tables:
        for metric in table.metrics:
            rows = list(_changes(metric))
            if rows:
                yield Chart(f"{table.task}: {metric.title}", about(table, metric), svg(_forest(rows)))


def curves(trained: list[Trained], notes: list[str]) -> Iterator[Chart]:
    """For each run and each figure that it measured while it trained, a line for each seed."""
    for run, members in by_run(trained).items():
        logs = {
            one.seed: log_figures(one.folder / LOG, one.name, notes)
            for one in members
            if (one.folder / LOG).is_file()
        }
        names = dict.fromkeys(name for figures in logs.values() for name in figures)
        for name in filter(_is_shown, names):
            lines = {seed: figures[name] for seed, figures in logs.items() if name in figures}
            yield Chart(f"{run}: {name}", _seeds(list(lines)), svg(_curve(lines)))


def _changes(metric: Metric) -> Iterator[dict[str, Any]]:
    words = {1: "better", -1: "worse", 0: "not told apart"}
    for line in metric.lines:
        change = metric.column.cells[line.label].change
        if change is None or not math.isfinite(change.value):
            continue
        low, high = (change.interval.low, change.interval.high) if change.interval else (math.nan, math.nan)
        has_interval = math.isfinite(low) and math.isfinite(high)
        yield {
            "row": f"{line.label} {star(change)}".rstrip(),
            "change": change.value,
            "low": low if has_interval else change.value,
            "high": high if has_interval else change.value,
            "told": words[line.told],
        }


def about(table: Shown, metric: Metric) -> str:
    """How many items a figure rests on, and which way is better."""
    counts = {line.items for line in metric.lines} - {None}
    told = f"{', '.join(map(str, sorted(filter(None, counts))))} items, " if counts else ""
    return f"{told}{metric.direction}"


def _forest(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    colour = {
        "field": "told",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
    }
    x = {"type": "quantitative", "title": "change from the baseline, with its 95% interval"}
    y = {"field": "row", "type": "nominal", "axis": None, "sort": None}
    label = {"type": "text", "align": "left", "dy": -13, "limit": WIDTH, "color": "currentColor"}
    return {
        "height": {"step": ROW},
        "layer": [
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "strokeDash": [4, 3]},
                "encoding": {"x": {"datum": 0, **x}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2.5},
                "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "y": y, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                "encoding": {"x": {"field": "change", **x}, "y": y, "color": colour},
            },
            {"mark": label, "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "row"}}},
        ],
        "data": {"values": list(rows)},
    }


def _is_shown(name: str) -> bool:
    return name in CURVES or name.startswith("eval_")


def _seeds(seeds: Sequence[str]) -> str:
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    return f"seeds {', '.join(seeds)}, drawn solid, then with longer and shorter dashes"


def _curve(lines: Mapping[str, Points]) -> dict[str, Any]:
    values = [
        {"step": step, "value": value, "seed": seed}
        for seed, points in lines.items()
        for step, value in points
    ]
    seeds = list(lines)
    dashes = [DASHES[place % len(DASHES)] for place in range(len(seeds))]
    dash = {
        "field": "seed",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": seeds, "range": dashes},
    }
    return {
        "height": 150,
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 1.5, "color": "currentColor"},
        "encoding": {
            "x": {"field": "step", "type": "quantitative", "title": "step", "axis": {"tickCount": 5}},
            "y": {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": False}},
            "strokeDash": dash,
        },
    }


def svg(spec: Mapping[str, Any]) -> Markup:
    """A picture of a specification of Vega-Lite, whose texts it escapes; nothing is fetched for it."""
    import vl_convert

    look = {
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "rule": {"color": "currentColor"},
        "text": {"fontSize": 12},
        "axis": {
            **dict.fromkeys(("labelColor", "titleColor", "domainColor", "tickColor"), "currentColor"),
            "gridColor": "var(--line)",
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "tickCount": 5,
        },
    }
    whole = {"width": WIDTH, "background": None, "config": look, **spec}
    return Markup(vl_convert.vegalite_to_svg(whole, allowed_base_urls=[]))
