"""A folder to publish a comparison with: a Space, files for its templates, and metadata for models' cards."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Column, Comparison, Table
from align_tasks.comparison.formats.data import as_csv, as_json
from align_tasks.comparison.formats.markdown import markdown
from align_tasks.comparison.page.page import write_page
from align_tasks.comparison.rows import Row
from align_tasks.files import replace_file

BENCHMARKS = "align-tasks"  # whose data sets the hub's evaluation results name
SPACE = {
    "title": "Cultural alignment leaderboard",
    "sdk": "static",
    "app_file": "index.html",
    "pinned": False,
}


def export(comparison: Comparison, folder: Path) -> None:
    """Write a folder that a static Space of the Hugging Face hub shows as it is.

    ``index.html`` is the page, ``README.md`` the Space's settings with the tables, ``leaderboard.json`` and
    ``leaderboard.csv`` the figures. ``eval-results/`` has a file for each row, as the hub's leaderboard
    template reads them, and ``cards/`` metadata for each row's model card: ``model-index.yaml``, to be put
    into the head of its README.md, and ``.eval_results/``, to be put into its repository. Figures on demo
    norms are in neither, and what people answered to cues is nowhere: norms may not be passed on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_page(comparison, folder / "index.html", with_cues=False)
    settings = yaml.safe_dump(SPACE, sort_keys=False)
    _write(folder / "README.md", f"---\n{settings}---\n\n{markdown(comparison)}")
    _write(folder / "leaderboard.json", as_json(comparison))
    _write(folder / "leaderboard.csv", as_csv(comparison))
    for row in comparison.rows:
        figures = [(table, column) for table, column in _citable(comparison) if row.label in column.cells]
        name = file_name(row.label)
        _write(folder / "eval-results" / f"{name}.json", json.dumps(_for_template(row, figures), indent=1))
        card = folder / "cards" / name
        _write(card / "model-index.yaml", yaml.safe_dump(model_index(row, figures), allow_unicode=True))
        results = yaml.safe_dump(evaluation_results(row, figures), sort_keys=False, allow_unicode=True)
        _write(card / ".eval_results" / "align-tasks.yaml", results)


def file_name(label: str) -> str:
    """A name for a row's files: its letters and digits, and what tells it from all others."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", label).strip("-.")[:60] or "model"
    return f"{plain}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def model_index(row: Row, figures: list[tuple[Table, Column]]) -> dict[str, Any]:
    """The figures as ``model-index``, the metadata of a model card."""
    from huggingface_hub.repocard_data import EvalResult, eval_results_to_model_index

    found = [
        EvalResult(
            task_type="text-generation",
            task_name=table.task,
            dataset_type=f"{BENCHMARKS}/{table.task}",
            dataset_name=table.task,
            dataset_revision=table.asked[0].data,
            dataset_args={"items": table.parts, "worked examples": table.asked[0].examples},
            metric_type=column.metric,
            metric_name=f"{column.title} ({_told_of(table, column, row)})",
            metric_value=column.cells[row.label].value,
        )
        for table, column in figures
    ]
    index = (
        eval_results_to_model_index(row.members[0].adapter or row.members[0].model, found) if found else []
    )
    return {"model-index": index}


def evaluation_results(row: Row, figures: list[tuple[Table, Column]]) -> list[dict[str, Any]]:
    """The figures as the hub's evaluation results, the files in ``.eval_results/``."""
    today = datetime.now(timezone.utc).date().isoformat()
    return [
        {
            "dataset": {"id": f"{BENCHMARKS}/{table.task}", "task_id": column.metric},
            "value": column.cells[row.label].value,
            "date": today,
            "notes": f"{_told_of(table, column, row)}; {wording.about(table)}",
        }
        for table, column in figures
    ]


def _citable(comparison: Comparison) -> Iterator[tuple[Table, Column]]:
    """The metrics by which a model can be better, but for those on demo norms."""
    for table in comparison.tables:
        if not table.is_demo:
            yield from ((table, column) for column in table.columns if column.better is not None)


def _told_of(table: Table, column: Column, row: Row) -> str:
    """Interval of a figure, and what it must not be taken for."""
    cell = column.cells[row.label]
    seeds = f"{cell.seeds} seeds" if cell.seeds > 1 else ""
    pieces = [f"95% interval {wording.interval(cell.interval)}" if cell.interval else "no interval", seeds]
    return ", ".join(filter(None, [*pieces, wording.remarks(table, row.label)]))


def _for_template(row: Row, figures: list[tuple[Table, Column]]) -> dict[str, Any]:
    """The figures as the hub's leaderboard template reads them."""
    results: dict[str, dict[str, float]] = {}
    for table, column in figures:
        results.setdefault(table.task, {})[column.title] = column.cells[row.label].value
    entry = row.members[0]
    config = {
        "model_name": row.label,
        "model_sha": entry.adapter_id or entry.model_id or "",
        "model_dtype": dict(entry.variant).get("dtype", ""),
    }
    return {"config": config, "results": results}


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, text.encode())
