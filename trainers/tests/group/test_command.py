"""``align train grpo`` and ``align train rloo`` as users run them, each in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.record import read_record

SETTINGS = {
    "norms": "demo",
    "max-steps": 4,
    "rollout-batch-size": 8,
    "minibatch-size": 4,
    "max-new-tokens": 8,
    "questions-per-cue": 1,
    "validate-every": 2,
    "validation-cues": 4,
    "learning-rate": 0.01,
    "lora-rank": 4,
}
BOTH = pytest.mark.parametrize("name", ["grpo", "rloo"])


def run(name: str, model: Path, output: Path, **changes: Any) -> subprocess.CompletedProcess[str]:
    settings = SETTINGS | {key.replace("_", "-"): value for key, value in changes.items()}
    flags = [part for key, value in settings.items() for part in (f"--{key}", str(value))]
    where = ["--model", str(model), "--culture", "us", "--output", str(output)]
    return subprocess.run(
        [sys.executable, "-m", "align_tasks", "train", name, *where, *flags],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"OMP_NUM_THREADS": "1", "ALIGN_LOAD_PLUGINS": "trainers"},
    )


@BOTH
def test_it_leaves_a_sealed_adapter_with_its_figures_and_goes_on_to_the_same_bytes(
    name: str, tiny_model: Path, tmp_path: Path
) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    done = run(name, tiny_model, whole)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "Warning" not in done.stderr
    assert "4/4" in done.stderr
    record = read_record(whole)
    assert record is not None
    assert (record.trainer, record.culture, record.steps) == (name, "us", 4)
    assert set(record.metrics) == {"eval_spearman", "eval_invalid"}
    assert {"adapter_model.safetensors", "learning_curve.svg", "training_log.jsonl"} <= set(record.files)
    assert not (whole / "ref").exists()
    assert not (whole / "generation_config.json").exists()

    rows = [json.loads(line) for line in (whole / "training_log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [0, 1, 2, 3, 4]
    assert ["eval_spearman" in row for row in rows] == [True, False, True, False, True]
    assert rows[1]["kl"] == 0.0
    expected = {"reward", "reward/spearman", "spearman", "invalid", "kl"}
    expected |= {"complete", "unfinished", "entropy", "clip_fraction", "grad_norm", "learning_rate"}
    assert expected <= rows[1].keys()

    first = f"checkpoints/checkpoint-{2 * 2 * 2}"  # steps, minibatches, epochs
    shutil.copytree(whole / first, torn / first)
    for file in ("checkpoints/data.sha256", "run.json"):
        shutil.copy(whole / file, torn / file)
    again = run(name, tiny_model, torn)
    assert again.returncode == 0, again.stderr
    for file in ("training_log.jsonl", "adapter_model.safetensors", "adapter_config.json"):
        assert (torn / file).read_bytes() == (whole / file).read_bytes(), file


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"samples_per_question": 1}, 2, "--samples-per-question"),
        ({"rewards": "spearmann=1"}, 1, "Is spearman meant?"),
        ({"report_to": "wandbb"}, 1, "Loggers: none, tensorboard, trackio, wandb"),
        ({"lora_targets": "lm_head"}, 1, "lm_head"),
    ],
)
def test_what_cannot_work_is_told(
    tiny_model: Path, tmp_path: Path, changes: dict[str, Any], status: int, told: str
) -> None:
    done = run("grpo", tiny_model, tmp_path / "us", **changes)
    assert done.returncode == status, done.stderr
    assert told in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert "Traceback" not in done.stderr
