"""``align train ppo`` as users run it, in processes of its own."""

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

import psutil
import pytest
import torch
import yaml
from safetensors.torch import load_file

import align_trainers.accelerate
from align_tasks.adapters.record import read_record

CPU = Path(align_trainers.accelerate.__file__).with_name("cpu.yaml")
SETTINGS = {
    "norms": "demo",
    "rollouts": "constrained",
    "max-new-tokens": 160,
    "max-steps": 8,
    "rollout-batch-size": 8,
    "samples-per-question": 2,
    "minibatch-size": 4,
    "micro-batch-size": 2,
    "validate-every": 2,
    "validation-cues": 4,
    "kl-target": 0.5,
    "learning-rate": 0.005,
    "lora-rank": 4,
}
FILES = ("training_log.jsonl", "adapter_model.safetensors", "adapter_config.json", "training_cues.txt")

Command = Callable[..., list[str]]


@pytest.fixture(scope="module")
def command(tiny_model: Path) -> Command:
    """Arguments for Python that train the tiny model, by `SETTINGS` with changes; True: a bare flag."""

    def command(output: Path, *, processes: int = 1, **changes: Any) -> list[str]:
        settings = SETTINGS | {name.replace("_", "-"): value for name, value in changes.items()}
        settings.setdefault("model", str(tiny_model))
        settings.setdefault("culture", "us")
        flags = [
            part for name, value in settings.items() for part in (f"--{name}", str(value)) if part != "True"
        ]
        launcher = ["accelerate.commands.launch", "--config_file", str(CPU), "--main_process_port", "0", "-m"]
        start = ["-m", *launcher, "align_tasks"] if processes > 1 else ["-m", "align_tasks"]
        return [*start, "train", "ppo", *flags, "--output", str(output)]

    return command


@pytest.fixture(scope="module")
def whole(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a run that was left alone."""
    output = tmp_path_factory.mktemp("whole") / "us"
    done = run(command(output))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return output


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, env=environment()
    )


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "ALIGN_LOAD_PLUGINS": "trainers"}


def log(output: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (output / "training_log.jsonl").read_text().splitlines()]


def test_it_leaves_a_sealed_adapter(whole: Path) -> None:
    record = read_record(whole)
    assert record is not None
    assert (record.trainer, record.culture, record.steps) == ("ppo", "us", 8)
    assert set(record.metrics) == {"eval_spearman", "eval_invalid"}
    assert {"adapter_model.safetensors", "learning_curve.svg", "training_log.jsonl"} <= set(record.files)
    assert record.data["candidates"] == 10
    assert not list(whole.glob("*.pt"))


def test_the_log_has_every_figure_of_every_step(whole: Path) -> None:
    rows = log(whole)
    assert [row["step"] for row in rows] == list(range(9))
    assert all({"eval_spearman", "eval_invalid"} <= row.keys() for row in rows[::2])
    expected = {"reward", "kl", "kl_coefficient", "entropy", "policy_loss", "value_loss", "clip_fraction"}
    assert all(expected <= row.keys() for row in rows[1:])
    assert rows[1]["kl"] == 0.0


def test_every_constrained_answer_is_a_complete_order(whole: Path) -> None:
    assert {row["complete"] for row in log(whole)[1:]} == {1.0}
    assert {row["invalid"] for row in log(whole)[1:]} == {0.0}


@pytest.mark.slow
def test_killed_at_random_moments_and_started_again_it_ends_with_the_same_bytes(
    command: Command, whole: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn"
    assert sum(killed_later(command(torn), torn, after) for after in (2, 4, 6)) == 3
    assert run(command(torn)).returncode == 0
    for file in FILES:
        assert (torn / file).read_bytes() == (whole / file).read_bytes(), file


def killed_later(arguments: list[str], output: Path, step: int) -> bool:
    """Whether the run could be killed, at a random moment after the checkpoint of a step."""
    process = psutil.Popen([sys.executable, *arguments], stderr=subprocess.DEVNULL, env=environment())
    deadline = time.monotonic() + 120
    while not (output / "checkpoints" / f"checkpoint-{step}").exists() and time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        time.sleep(0.005)
    time.sleep(random.random() * 0.3)
    for one in [*process.children(recursive=True), process]:
        one.send_signal(signal.SIGKILL)
    return bool(process.wait() == -signal.SIGKILL)


def assert_same_curve(one: Path, other: Path) -> None:
    """The same figures, but for shares of clipped tokens, of which one at the border may fall either way."""
    for alone, together in zip(log(one), log(other), strict=True):
        assert together.keys() == alone.keys()
        for name, value in alone.items():
            tolerance = 0.05 if "clip_fraction" in name else 1e-4
            assert together[name] == pytest.approx(value, rel=1e-3, abs=tolerance), (name, alone["step"])


@pytest.mark.slow
def test_two_processes_learn_what_one_does(command: Command, whole: Path, tmp_path: Path) -> None:
    done = run(command(tmp_path / "two", processes=2))
    assert done.returncode == 0, done.stderr
    assert_same_curve(whole, tmp_path / "two")
    one, other = (load_file(folder / FILES[1]) for folder in (whole, tmp_path / "two"))
    for name in one:
        assert torch.allclose(one[name], other[name], atol=1e-4), name


@pytest.mark.slow
def test_two_processes_go_on_where_they_were_killed(command: Command, whole: Path, tmp_path: Path) -> None:
    torn = tmp_path / "two"
    assert killed_later(command(torn, processes=2), torn, 4)
    assert run(command(torn, processes=2)).returncode == 0
    assert_same_curve(whole, torn)


@pytest.mark.slow
def test_it_goes_on_from_an_adapter_whose_divergence_counts_from_there(
    command: Command, whole: Path, tmp_path: Path
) -> None:
    done = run(command(tmp_path / "more", adapter=whole, max_steps=2, learning_rate=0.01))
    assert done.returncode == 0, done.stderr
    assert log(tmp_path / "more")[0]["eval_spearman"] == log(whole)[-1]["eval_spearman"]
    assert log(tmp_path / "more")[1]["kl"] == 0.0
    assert {path.name for path in (tmp_path / "more").iterdir() if path.is_dir()} == {"checkpoints"}


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"model": "./nowhere"}, 1, "there is no such folder"),
        ({"norms": "imported"}, 1, "align data import swow FILE --culture us"),
        ({"rewards": "spearmann=1"}, 1, "Is spearman meant?"),
        ({"rewards": "spearman=much"}, 2, "--rewards"),
        ({"minibatch_size": 3}, 2, "rollout_batch_size 8 must be a multiple of minibatch_size 3"),
        ({"keep": "spearman", "validation_cues": 0}, 2, "keep: spearman needs validation_cues"),
        ({"report_to": "wandbb"}, 1, "Loggers: none, tensorboard, trackio, wandb"),
        ({"max_new_tokens": 4000}, 1, "positions"),
        ({"apply_chat_template": True, "candidates": 3}, 2, "--candidates is '3'"),
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


def test_the_shipped_recipe_has_the_settings_of_the_paper() -> None:
    shown = run(["-m", "align_tasks", "train", "ppo", "--recipe", "paper", "--show-recipe"])
    recipe = yaml.safe_load(shown.stdout)
    expected = {
        "candidates": 10,
        "questions_per_cue": 6,
        "rewards": {"spearman": 1.0},
        "kl_coefficient": 0.1,
        "learning_rate": 5e-7,
        "value_learning_rate": 9e-6,
        "rollout_batch_size": 64,
        "minibatch_size": 32,
        "epochs": 1,
        "normalise_rewards": True,
        "max_new_tokens": 1024,
    }
    assert {name: recipe[name] for name in expected} == expected
