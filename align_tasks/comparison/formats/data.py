"""A comparison as data: JSON, and CSV with one line for each figure."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from align_tasks.comparison.compare import Cell, Column, Comparison, Table
from align_tasks.comparison.rows import Row
from align_tasks.comparison.statistics import LEVEL

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets run


def as_json(comparison: Comparison) -> str:
    """The whole comparison; figures that are no numbers are null."""
    return json.dumps(plain(comparison), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as plain tables and lists."""
    found: dict[str, Any] = {
        "baseline": comparison.baseline,
        "level": LEVEL,
        "draws": comparison.draws,
        "tests": comparison.tests,
        "rows": [_row(row) for row in comparison.rows],
        "tables": [_table(table) for table in comparison.tables],
        "notes": list(comparison.notes),
    }
    numbers: dict[str, Any] = _finite(found)
    return numbers


def as_csv(comparison: Comparison) -> str:
    """One line for each figure; texts that a spreadsheet would run stand behind an apostrophe."""
    lines = list(_lines(comparison))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else ["task"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def _lines(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for table in comparison.tables:
        for column in table.columns:
            for label, cell in column.cells.items():
                yield _line(table, column, label, cell)


def _line(table: Table, column: Column, label: str, cell: Cell) -> dict[str, Any]:
    change = asdict(cell.change) if cell.change else {}
    around = change.pop("interval", None) or {}
    names = ("value", "p_value", "corrected", "effect", "better", "worse")
    return {
        "task": table.task,
        "norms": ", ".join(dict.fromkeys(one.norms for one in table.asked if one.norms)),
        "metric": column.metric,
        "filter": column.chosen,
        "better": {True: "higher", False: "lower", None: ""}[column.better],
        "model": label,
        "value": cell.value,
        "low": cell.interval.low if cell.interval else None,
        "high": cell.interval.high if cell.interval else None,
        "items": cell.items,
        "seeds": cell.seeds,
        "rank": cell.rank[0] if cell.rank else None,
        "rank_low": cell.rank[1] if cell.rank else None,
        "rank_high": cell.rank[2] if cell.rank else None,
        "is_best": int(cell.is_best),
        "share_of_ceiling": cell.share,
        "people": column.yardsticks.people,
        "chance": column.yardsticks.chance,
        **{f"change_{name}": change.get(name) for name in names},
        "change_low": around.get("low"),
        "change_high": around.get("high"),
        "trained_test_cues": table.trained.get(label, 0),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if isinstance(value, float) and not math.isfinite(value) else value


def _row(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "problems": row.problems,
        "entries": [
            {
                "label": one.label,
                "model": one.model,
                "model_id": one.model_id,
                "adapter": one.adapter,
                "adapter_sha256": one.adapter_id,
                "settings": dict(one.variant),
                "training": asdict(one.training) if one.training else None,
            }
            for one in row.members
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "task": table.task,
        "is_demo": table.is_demo,
        "asked": [asdict(one) for one in table.asked],
        "items": table.parts,
        "trained_test_cues": dict(table.trained),
        "columns": [
            {
                "metric": column.metric,
                "filter": column.chosen,
                "better": {True: "higher", False: "lower", None: None}[column.better],
                "people": column.yardsticks.people,
                "chance": column.yardsticks.chance,
                "left_out": column.left_out,
                "cells": {label: asdict(cell) for label, cell in column.cells.items()},
            }
            for column in table.columns
        ],
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
