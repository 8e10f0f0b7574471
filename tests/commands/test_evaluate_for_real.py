"""`align eval` as a command on a tiny model: beside plain lm-eval, killed, and in two processes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.results import read_results

pytestmark = pytest.mark.slow

PROGRAMS = Path(sys.executable).parent
TASKS = "swow_us,swow_us_dist,wvs_us,wvs_zh_sampled"
CHOICES = ("--metadata", '{"norms": "demo"}', "--limit", "12")
Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Folders of its own, and one thread, so that sums are always added up in the same order."""
    own = {"ALIGN_CACHE": str(tmp_path / "cache"), "ALIGN_DATA": str(tmp_path / "data")}
    return {**os.environ, **own, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def adapters(make_adapter: Callable[[int], Path]) -> list[Path]:
    """Two LoRA adapters of the tiny model."""
    return [make_adapter(1), make_adapter(2)]


def _command(model: Path, output: Path, *options: str) -> list[str]:
    asked = ("--model", str(model), "--tasks", TASKS, "--dtype", "float32", "--device", "cpu")
    return [str(PROGRAMS / "align"), "eval", *asked, *CHOICES, "--output", str(output), *options]


def _run(command: list[str], environment: Environment) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def _figures(folder: Path) -> dict[str, Any]:
    """The figures of the one results file in a folder, and the samples without what names the run."""
    (results,) = folder.glob("results_*.json")
    found: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))["results"]
    for file in sorted(folder.glob("samples_*.jsonl")):
        task = file.name.removeprefix("samples_").rpartition("_")[0]
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        found[f"answers of {task}"] = {row["doc_id"]: row["filtered_resps"] for row in rows}
    return found


def _folder(output: Path, of: Path) -> Path:
    (found,) = (folder for folder in output.iterdir() if folder.name.endswith(of.name))
    return found


def _numbers(figures: dict[str, Any]) -> dict[str, float]:
    return {
        f"{task} {name}": value
        for task, scores in figures.items()
        if not task.startswith("answers of ") and not task.endswith("_sampled")
        for name, value in scores.items()
        if isinstance(value, float)
    }


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.* is deprecated:FutureWarning")  # in PEFT
def test_the_second_of_two_adapters_has_the_figures_of_plain_lm_eval(
    tiny_model: Path, adapters: list[Path], tmp_path: Path, environment: Environment
) -> None:
    named = [option for adapter in adapters for option in ("--adapter", str(adapter))]
    _run(_command(tiny_model, tmp_path / "ours", *named), environment)
    arguments = f"pretrained={tiny_model},peft={adapters[1]},dtype=float32"
    plain = (str(PROGRAMS / "lm_eval"), "--model", "hf", "--model_args", arguments, "--device", "cpu")
    tasks = ("--tasks", TASKS.removesuffix(",wvs_zh_sampled"), "--batch_size", "4")
    output = tmp_path / "theirs"
    _run([*plain, *tasks, *CHOICES, "--output_path", str(output), "--log_samples"], environment)
    ours = _numbers(_figures(_folder(tmp_path / "ours", adapters[1])))
    theirs = _numbers(_figures(_folder(output, adapters[1])))
    assert ours.keys() == theirs.keys()
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert sorted(path.name for path in (tmp_path / "ours").iterdir()) == sorted(
        _folder(tmp_path / "ours", of).name for of in (tiny_model, *adapters)
    )
    assert _entries(output) == [_entries(tmp_path / "ours")[-1]]


def _entries(folder: Path) -> list[tuple[str, str | None]]:
    """Who was evaluated, as the leaderboard tells it, in the order of the evaluations."""
    found = find_results([folder])
    results = sorted((read_results(*one) for one in found.contents.items()), key=lambda one: one.time)
    return [(one.entry.key, one.entry.adapter_id) for one in results]


def _kept(environment: Environment) -> int:
    """How many answers are kept so far."""
    total = 0
    for file in (Path(environment["ALIGN_CACHE"]) / "answers").glob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection:
            total += connection.execute("SELECT count(*) FROM answers").fetchone()[0]
    return total


def _killed_after(answers: int, command: list[str], environment: Environment) -> None:
    """Start a command and kill it, without warning, once so many answers are kept."""
    started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while started.poll() is None:
        try:
            if _kept(environment) >= answers:
                started.send_signal(signal.SIGKILL)
        except sqlite3.OperationalError:
            continue  # it is about to be made
        time.sleep(0.01)
    assert started.returncode == -signal.SIGKILL


def test_an_evaluation_that_was_killed_three_times_ends_like_one_that_was_not(
    tiny_model: Path, tmp_path: Path, environment: Environment
) -> None:
    small = ("--batch-size", "4")
    _run(_command(tiny_model, tmp_path / "whole", *small, "--fresh"), environment)
    assert _kept(environment) == 0
    command = _command(tiny_model, tmp_path / "killed", *small)
    for _ in range(3):
        _killed_after(_kept(environment) + 1, command, environment)
        assert list((tmp_path / "killed").rglob("*.json*")) == []
    before = _kept(environment)
    _run(command, environment)
    assert _kept(environment) > before >= 3
    whole, killed = (_folder(tmp_path / name, tiny_model) for name in ("whole", "killed"))
    assert _figures(killed) == _figures(whole)
    assert [path.name for path in (tmp_path / "killed").iterdir()] == [killed.name]


def test_two_processes_find_what_one_finds(
    tiny_model: Path, tmp_path: Path, environment: Environment
) -> None:
    one = _command(tiny_model, tmp_path / "one", "--fresh")
    two = _command(tiny_model, tmp_path / "two", "--fresh")
    launch = [str(PROGRAMS / "accelerate"), "launch", "--cpu", "--num_processes", "2", "-m", "align_tasks"]
    _run(one, environment)
    _run([*launch, *two[1:]], environment)
    found, expected = (_figures(_folder(tmp_path / name, tiny_model)) for name in ("two", "one"))
    assert _numbers(found).keys() == _numbers(expected).keys()
    assert _numbers(found) == pytest.approx(_numbers(expected), abs=1e-5)
    for task in ("swow_us", "wvs_zh_sampled"):
        assert found[f"answers of {task}"] == expected[f"answers of {task}"]
