"""``align run`` as users run it: a small experiment on the tiny model, killed, gone on with and changed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")

RECIPE = """\
name: tiny
question: Does the whole way work?
models: {base: nowhere}
norms: demo
dtype: float32
device: cpu
runs:
  sft:
    trainer: sft
    culture: us
    settings: &quick
      {max_steps: 2, words: 5, batch_size: 4, warmup: 0, keep: last,
        validation_cues: 0, ranking_validation_cues: 0}
  again:
    trainer: sft
    culture: zh
    adapter: sft
    settings: {<<: *quick, learning_rate: 0.01}
evaluate:
  - tasks: [swow_us_dist]
    runs: [again]
    limit: 2
compare:
  all: {baseline: base}
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {"ALIGN_CACHE": str(tmp_path / "cache"), "ALIGN_DATA": str(tmp_path / "data")}
    return {**os.environ, **own, "ALIGN_LOAD_PLUGINS": "trainers", "HF_HUB_OFFLINE": "1"}


def command(tmp_path: Path, model: Path, *options: str) -> list[str]:
    align = [sys.executable, "-m", "align_tasks", "run", str(tmp_path / "recipe.yaml"), "--cores", "1"]
    return [*align, "--model", f"base={model}", "--output", str(tmp_path / "out"), *options]


def states(tmp_path: Path) -> dict[str, Any]:
    return {file.stem: json.loads(file.read_bytes()) for file in (tmp_path / "out" / "steps").glob("*.json")}


def test_an_experiment_is_killed_finished_and_changed(
    tiny_model: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    run = command(tmp_path, tiny_model)

    killed = subprocess.Popen(run, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob("adapters/*/sft-1/run.json")):
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = states(tmp_path)
    assert before["evaluate-base"]["state"] == "finished"

    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    after = states(tmp_path)
    assert after["evaluate-base"] == before["evaluate-base"]
    assert {name: state["starts"] for name, state in after.items()} == {
        "evaluate-base": 1,
        "train-sft-1": 2,
        "train-again-1": 1,
        "evaluate-again-1": 1,
        "compare-all-md": 1,
        "compare-all-json": 1,
    }
    table = (tmp_path / "out" / "comparison" / "all.md").read_text()
    assert "tiny + again-1" in table
    assert "more than once" not in table
    (record,) = (tmp_path / "out").glob("adapters/*/again-1/align.json")
    assert json.loads(record.read_bytes())["started_from"]["name"] == "sft-1"

    (tmp_path / "recipe.yaml").write_text(RECIPE.replace("learning_rate: 0.01", "learning_rate: 0.02"))
    shown = subprocess.run(
        command(tmp_path, tiny_model, "--dry-run"), env=environment, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr
    to_do = [line.split()[2] for line in shown.stdout.splitlines() if line.startswith("to do")]
    assert to_do == ["train-again-1", "evaluate-again-1", "compare-all-md", "compare-all-json"]
    assert states(tmp_path) == after
