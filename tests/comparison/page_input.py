"""Results files with answers of every kind, as the page reads them, of a base model and of adapters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from align_tasks.comparison.compare import Comparison, compare
from align_tasks.comparison.evaluated import gather
from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.results import read_results
from align_tasks.comparison.rows import find_baseline, rows_of

HOSTILE = "</script><img src=x onerror='window.hurt=1'>"
STAMP = "2026-01-01T00-00-00.000000"
US = [0.7, 0.2, 0.1]
CHINA = [0.1, 0.3, 0.6]
Doc = dict[str, Any]
Row = dict[str, Any]


def survey_doc(item: str, shares: Any = US, **others: Any) -> Doc:
    """A row of `wvs_us`."""
    options = ["Very", "A little", f"Not at all {HOSTILE}"]
    question = f"How important is {item}? {HOSTILE}\nA. Very\nB. A little\nC. Not at all"
    doc = {"item": item, "topic": "life", "scale": "ordinal", "options": options, "choices": ["A", "B", "C"]}
    return doc | {"questions": [question, question], "shares": shares, "human": None} | others


def tension_doc(item: str) -> Doc:
    """A row of `wvs_tension_zh`, in Chinese."""
    text = "在您的生活中，家庭有多重要？\nA. 很重要\nB. 有点重要\nC. 不重要"
    options = ["很重要", "有点重要", "不重要"]
    both = {"cultures": ["us", "zh"], "shares": [US, CHINA], "human": [None, None]}
    return survey_doc(item, questions=[text, text], options=options, **both)


def cue_doc(cue: str, **others: Any) -> Doc:
    """A row of `swow_us`."""
    responses = ["dog", "mouse", "cheese"]
    doc = {"cue": cue, "culture": "us", "language": "en", "responses": responses, "counts": [9, 5, 1]}
    return doc | {"ceiling": [0.5, 0.5, 0.5], "mean_ceiling_at_5": 0.5} | others


def ranking_doc(cue: str) -> Doc:
    """A row of `swow_us_rank`, whose candidates stand in another order than people's."""
    doc = {"cue": cue, "culture": "us", "language": "en"}
    return doc | {"candidates": ["mouse", "cheese", "dog", "sun"], "counts": [5, 1, 9, 3]}


def log_likelihoods(given: Sequence[float], backwards: Sequence[float]) -> list[list[str]]:
    """Results of a survey item: both orders' probabilities, as lm-eval writes their logarithms."""
    return [[str(float(np.log(one))), "False"] for one in (*given, *backwards)]


def row(doc: Doc, results: list[Any], **figures: float) -> Row:
    """A line of a samples file."""
    return {"doc": doc, "filtered_resps": results, "filter": "none", "metrics": list(figures), **figures}


def nearly(shares: Sequence[float]) -> list[list[str]]:
    """Results of a model that answers so in both orders."""
    return log_likelihoods(shares, shares[::-1])


def tasks_of(model: Sequence[float]) -> dict[str, list[Row]]:
    """Answers of every kind; to survey items with these shares."""
    return {
        "wvs_us": [row(survey_doc(item), nearly(model), jsd=0.2) for item in ("Q1", "Q2", "Q3")],
        "wvs_tension_zh": [row(tension_doc(item), nearly(model), us_aligned=1.0) for item in ("Q1", "Q2")],
        "swow_us": [
            row(cue_doc(cue), ["mouse, sun, dog"], p_at_5=0.4, valence=5.5, valence_people=6.0)
            for cue in ("cat", "pet")
        ],
        "swow_us_rank": [row(ranking_doc(cue), ["sun, dog, mouse"], spearman=0.3) for cue in ("cat", "pet")],
        "swow_us_dist": [
            row(cue_doc(cue, choices=["a", "b", "c"], human=[0, 1]), [["-1", "False"]] * 3, jsd=0.1)
            for cue in ("cat", "pet")
        ],
    }


def write_results(
    folder: Path, tasks: Mapping[str, Sequence[Row]], *, adapter: str | None = None, **others: Any
) -> Path:
    """A results file with its samples files."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"version": 1, "data_fingerprint": "d" * 12, "prompt_fingerprint": "p" * 12}
    arguments = "pretrained=org/base" + (f",peft={adapter}" if adapter else "")
    better = {"p_at_5": True, "us_aligned": True, "spearman": True, "jsd": False}
    content = {
        "results": {task: _means(rows) for task, rows in tasks.items()},
        "configs": {task: {"metadata": told} for task in tasks},
        "higher_is_better": dict.fromkeys(tasks, better),
        "config": {"model": "hf", "model_args": arguments, "model_sha": "", "num_fewshot": 0},
        "align": {"model": {"name": "base"}, "adapter": {"sha256": (adapter or "") * 2} if adapter else None},
    }
    (folder / f"results_{STAMP}.json").write_text(json.dumps(content | others), encoding="utf-8")
    for task, rows in tasks.items():
        lines = "".join(f"{json.dumps(one)}\n" for one in rows)
        (folder / f"samples_{task}_{STAMP}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def _means(rows: Sequence[Row]) -> dict[str, float]:
    names = rows[0]["metrics"] if rows else []
    return {f"{name},none": float(np.mean([one[name] for one in rows])) for name in names}


def compared(*folders: Path) -> Comparison:
    """The comparison of some folders."""
    found = find_results(folders)
    gathered = gather(read_results(path, content) for path, content in found.contents.items())
    rows = rows_of(gathered.entries, each_seed=False)
    return compare(gathered, rows, find_baseline(rows, None), 200)
