"""The script that prints the tables of docs/open_questions.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from align_tasks.comparison.read import compare_results

from .folders import Folder

SCRIPT = Path(__file__).parents[2] / "scripts" / "experiment_tables.py"


def test_figures_are_those_of_the_comparison(experiment: Folder) -> None:
    folder = experiment.written()
    command = [sys.executable, str(SCRIPT), str(folder)]
    done = subprocess.run(command, env=os.environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    comparison, _ = compare_results([folder / "results"], None)
    base, sft = (comparison.tables[0].columns[0].cells[one.label] for one in comparison.rows)
    assert base.interval is not None
    assert sft.change is not None
    assert sft.change.interval is not None
    around = f"{sft.change.interval.low:+.3f} to {sft.change.interval.high:+.3f}"
    assert done.stdout.splitlines()[1:] == [
        "`swow_us`, 12 items:",
        "",
        "| | Base-1B | sft (2 seeds) |",
        "|---|---|---|",
        f"| `p_at_5` ↑ | {base.value:.3f} [{base.interval.low:.3f} to {base.interval.high:.3f}]"
        f" | {sft.value:.3f} ({sft.change.value:+.3f}*) [{around}] |",
    ]
