"""Files as lm-eval writes them, of figures that a test chooses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Rows = Mapping[str, Mapping[str, float]]
Write = Callable[..., Path]
BETTER = {"p_at_5": True, "spearman": True, "jsd": False, "acc": True}


def reported(rows: Rows) -> dict[str, Any]:
    """Mean and standard error of each metric, as lm-eval has them."""
    names = dict.fromkeys(name for row in rows.values() for name in row)
    found: dict[str, Any] = {"alias": "x"}
    for name in names:
        values = np.array([row[name] for row in rows.values() if name in row])
        found[f"{name},none"] = float(values.mean())
        error = float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else "N/A"
        found[f"{name}_stderr,none"] = error
    return found


def sample(item: str, figures: Mapping[str, float], column: str = "cue") -> dict[str, Any]:
    """A line of a samples file."""
    told = {"doc_id": 0, "doc": {column: item}, "target": "", "arguments": {}, "filtered_resps": ["x"]}
    return told | {"filter": "none", "doc_hash": item, "metrics": list(figures), **figures}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a results file and its samples files, and returns its folder."""

    def made(
        tasks: Mapping[str, Rows],
        *,
        model: str = "org/base",
        adapter: str | None = None,
        sha256: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        groups: Mapping[str, list[str]] | None = None,
        samples: bool = True,
        folder: str | None = None,
        stamp: str = "2026-01-01T00-00-00.000000",
        column: str = "cue",
        **others: Any,
    ) -> Path:
        target = tmp_path / (folder or f"{model}__{adapter}".replace("/", "_"))
        target.mkdir(parents=True, exist_ok=True)
        arguments = f"pretrained={model}" + (f",peft={adapter}" if adapter else "")
        names = list(tasks)
        told = {"version": 1, "data_fingerprint": "d" * 12, "prompt_fingerprint": "p" * 12}
        content: dict[str, Any] = {
            "results": {name: reported(rows) for name, rows in tasks.items()},
            "group_subtasks": {name: [] for name in names},
            "configs": {
                name: {"metadata": {**told, **(metadata or {})}, "output_type": "generate_until"}
                for name in names
            },
            "versions": dict.fromkeys(names, 1),
            "n-shot": dict.fromkeys(names, 0),
            "higher_is_better": dict.fromkeys(names, BETTER),
            "n-samples": {n: {"original": 1000, "effective": len(rows)} for n, rows in tasks.items()},
            "config": {"model": "hf", "model_args": arguments, "model_sha": "", "num_fewshot": 0},
        }
        for group, members in (groups or {}).items():
            joined = {f"{name} {item}": row for name in members for item, row in tasks[name].items()}
            content["groups"] = content.get("groups", {}) | {group: reported(joined)}
            content["results"][group] = reported(joined)
            content["group_subtasks"][group] = members
        if adapter:
            content["align"] = {"model": {"name": model}, "adapter": {"sha256": sha256 or adapter * 2}}
        content |= others
        (target / f"results_{stamp}.json").write_text(json.dumps(content), encoding="utf-8")
        for name, rows in tasks.items() if samples else ():
            lines = [json.dumps(sample(item, row, column)) for item, row in rows.items()]
            file = target / f"samples_{name}_{stamp}.jsonl"
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return target

    return made
