"""The script that prints the tables of docs/reproduction.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from align_tasks.comparison.read import compare_results

from .folders import Folder

SCRIPT = Path(__file__).parents[2] / "scripts" / "paper_tables.py"


def printed(folder: Path) -> list[str]:
    command = [sys.executable, str(SCRIPT), str(folder), "--culture", "us"]
    done = subprocess.run(command, env=os.environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def folder(experiment: Folder) -> Path:
    """Two seeds of SFT, whose lists are rated, and a model whose lists are not."""
    written = experiment.written()
    for seed, gap in ((1, 0.1), (2, 0.4)):
        (file,) = written.glob(f"results/*/sft-{seed}/*/results_*.json")
        content = json.loads(file.read_text())
        content["results"]["swow_us"] |= {"valence_gap,none": gap, "valence_rated,none": seed / 4}
        file.write_text(json.dumps(content))
    return written


def test_figures_are_those_of_the_comparison_beside_the_paper_s(folder: Path) -> None:
    comparison, _ = compare_results([folder / "results"], None)
    (column,) = [one for one in comparison.tables[0].columns if one.metric == "p_at_5"]
    base, sft = (column.cells[label] for label in ("Base-1B", "Base-1B + sft (2 seeds)"))
    assert sft.change is not None
    rows = printed(folder)
    place = next(n for n, row in enumerate(rows) if row.startswith("| `p_at_5` | Base-1B |"))
    assert f"| {base.value:.3f} [" in rows[place]
    assert f"| {sft.value:.3f} ({sft.change.value:+.3f}) [" in rows[place]
    assert rows[place + 1] == "|  | paper: Llama-3.1-8B | 0.755 | 0.875 (+0.120) |  |  |"


def test_affect_is_the_mean_over_seeds(folder: Path) -> None:
    assert printed(folder)[-3:] == [
        "| | `valence_gap` | lists |",
        "|---|---:|---:|",
        "| SFT | +0.25 (+0.10 to +0.40) | 38% |",
    ]
