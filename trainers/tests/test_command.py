"""``align train sft`` as users run it, in a process of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.record import read_record

SETTINGS = {
    "norms": "demo",
    "words": 5,
    "batch-size": 8,
    "max-steps": 60,
    "validate-every": 4,
    "validation-cues": 4,
    "ranking-validation-cues": 2,
    "keep": "loss",
    "learning-rate": 0.02,
    "lora-rank": 4,
    "lora-dropout": 0.1,
}

Command = Callable[..., list[str]]


@pytest.fixture
def command(tiny_model: Path) -> Command:
    """The command that trains the tiny model, by `SETTINGS` with changes; True stands for a bare flag."""

    def command(
        output: Path, *, model: Path | str = tiny_model, culture: str = "us", **changes: Any
    ) -> list[str]:
        settings = SETTINGS | {name.replace("_", "-"): value for name, value in changes.items()}
        flags = [
            part for name, value in settings.items() for part in (f"--{name}", str(value)) if part != "True"
        ]
        where = ["--model", str(model), "--culture", culture, "--output", str(output)]
        return [sys.executable, "-m", "align_tasks", "train", "sft", *where, *flags]

    return command


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment())


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "ALIGN_LOAD_PLUGINS": "trainers"}


def test_it_leaves_a_sealed_adapter_and_says_how_to_evaluate_it(command: Command, tmp_path: Path) -> None:
    done = run(command(tmp_path / "us", max_steps=4))
    assert (done.returncode, done.stdout) == (0, "")
    assert f"--adapter {tmp_path / 'us'} --tasks swow_us,swow_us_rank" in done.stderr
    record = read_record(tmp_path / "us")
    assert record is not None
    assert (record.trainer, record.culture, record.steps) == ("sft", "us", 4)
    assert set(record.metrics) == {"eval_loss", "eval_p_at_5", "eval_spearman", "eval_rank_invalid"}
    assert {"adapter_model.safetensors", "learning_curve.svg", "training_log.jsonl"} <= set(record.files)


@pytest.mark.slow
@pytest.mark.parametrize("begins_with_an_adapter", [False, True])
def test_killed_at_random_steps_and_started_again_it_ends_with_the_same_bytes(
    begins_with_an_adapter: bool, command: Command, tmp_path: Path
) -> None:
    whole, torn, first = tmp_path / "whole", tmp_path / "torn", tmp_path / "first"
    start = {"adapter": first} if begins_with_an_adapter else {}
    if start:
        assert run(command(first, max_steps=4, lora_rank=3)).returncode == 0
    assert run(command(whole, **start)).returncode == 0
    kills = sum(killed_later(command(torn, **start), torn, after) for after in (4, 16, 32))
    assert kills == 3
    assert run(command(torn, **start)).returncode == 0
    for file in (
        "training_log.jsonl",
        "adapter_model.safetensors",
        "adapter_config.json",
        "training_cues.txt",
    ):
        assert (torn / file).read_bytes() == (whole / file).read_bytes(), file
    records = [read_record(folder) for folder in (whole, torn)]
    assert records[0].metrics == records[1].metrics  # type: ignore[union-attr]


def killed_later(command: list[str], output: Path, step: int) -> bool:
    """Whether the run could be killed, at a random moment after the checkpoint of a step."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment())
    deadline = time.monotonic() + 120
    while not (output / "checkpoints" / f"checkpoint-{step}").exists() and time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        time.sleep(0.005)
    time.sleep(random.random() * 0.3)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def test_the_same_command_again_does_nothing(command: Command, tmp_path: Path) -> None:
    assert run(command(tmp_path / "us", max_steps=1)).returncode == 0
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "us").iterdir()}
    again = run(command(tmp_path / "us", max_steps=1))
    assert again.returncode == 0
    assert "finished already" in again.stderr
    assert before == {path.name: path.stat().st_mtime_ns for path in (tmp_path / "us").iterdir()}


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"model": "./nowhere"}, 1, "there is no such folder"),
        ({"culture": "uk"}, 1, "unknown culture 'uk'"),
        ({"norms": "imported"}, 1, "align data import swow FILE --culture us"),
        ({"learning_rat": 1}, 2, "--learning-rate"),
        ({"learning_rate": "fast"}, 2, "--learning-rate is 'fast', and must be a number above 0"),
        ({"words": 0}, 2, "--words is '0', and must be a whole number at least 1"),
        ({"precision": "fp16"}, 1, "fp16 needs a GPU"),
        ({"load_in_4bit": True}, 1, "bitsandbytes"),
        ({"validation_cues": 0}, 1, "keep: loss needs held-out cues"),
        ({"mix": "nowhere.jsonl=0.5"}, 1, "cannot read the file to mix in"),
        ({"report_to": "wandbb"}, 1, "Loggers: none, tensorboard, trackio, wandb"),
        ({"lora_targets": "no_such_layer"}, 1, "no_such_layer"),
    ],
)
def test_what_cannot_work_is_told_and_leaves_nothing(
    command: Command, tmp_path: Path, changes: dict[str, Any], status: int, told: str
) -> None:
    output = tmp_path / "us"
    done = run(command(output, **changes))
    assert done.returncode == status, done.stderr
    assert told in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert "Traceback" not in done.stderr
    assert not output.exists() or not list(output.iterdir())


def test_a_folder_with_another_run_is_left_as_it_is(command: Command, tmp_path: Path) -> None:
    output = tmp_path / "us"
    assert run(command(output, max_steps=1)).returncode == 0
    before = {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}
    other = run(command(output, max_steps=1, learning_rate=0.5))
    assert other.returncode == 1
    assert "learning_rate: 0.02 there, 0.5 here" in other.stderr
    assert before == {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}


def test_the_shipped_recipe_has_the_settings_of_the_paper() -> None:
    shown = run([sys.executable, "-m", "align_tasks", "train", "sft", "--recipe", "paper", "--show-recipe"])
    import yaml

    recipe = yaml.safe_load(shown.stdout)
    expected = {"lora_rank": 64, "lora_alpha": 256, "lora_targets": "q_proj,v_proj", "lora_plus_ratio": 16.0}
    expected |= {
        "learning_rate": 1e-5,
        "schedule": "cosine",
        "warmup": 0.1,
        "precision": "bf16",
        "epochs": 3.0,
    }
    assert {name: recipe[name] for name in expected} == expected


def test_logs_are_json_without_clock_times(command: Command, tmp_path: Path) -> None:
    assert run(command(tmp_path / "us", max_steps=2, validate_every=2)).returncode == 0
    rows = [json.loads(line) for line in (tmp_path / "us" / "training_log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [0, 1, 2, 2]
    assert set().union(*rows) == {
        "step",
        "epoch",
        "loss",
        "grad_norm",
        "learning_rate",
        "eval_loss",
        "eval_p_at_5",
        "eval_spearman",
        "eval_rank_invalid",
    }


def test_a_finished_run_whose_weights_are_gone_is_told(command: Command, tmp_path: Path) -> None:
    assert run(command(tmp_path / "us", max_steps=1)).returncode == 0
    (tmp_path / "us" / "adapter_model.safetensors").unlink()
    again = run(command(tmp_path / "us", max_steps=1))
    assert again.returncode == 1
    assert "weights are gone: adapter_model.safetensors" in again.stderr
