"""The whole of `align demo` on the tiny model: three rows, figures as in the files, and going on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from align_tasks.demo_model import NAME, demo_model
from align_tasks.errors import AlignError

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from align_tasks.comparison.formats.data import as_json
from align_tasks.demo.plan import LESSONS, Plan
from align_tasks.demo.story import carry_out

model, output, sft, ppo = sys.argv[1:]
steps = {"sft": int(sft), "ppo": int(ppo)}
quick = {
    "sft": {"words": 5, "validate_every": 1.0, "validation_cues": 2, "ranking_validation_cues": 2},
    "ppo": {"rollout_batch_size": 8, "minibatch_size": 8, "validation_cues": 2},
}
lessons = {
    name: replace(lesson, settings={**lesson.settings, **quick[name], "max_steps": steps[name]})
    for name, lesson in LESSONS.items()
}
print(as_json(carry_out(Plan(Path(model), Path(output), 2, lessons))))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {"ALIGN_CACHE": str(tmp_path / "cache"), "ALIGN_DATA": str(tmp_path / "data")}
    return {**os.environ, **own, "ALIGN_LOAD_PLUGINS": "trainers", "OMP_NUM_THREADS": "1"}


def command(model: Path, output: Path, *, sft: int = 2) -> list[str]:
    """The demo in a process of its own, with few steps; it prints the comparison."""
    return [sys.executable, "-c", PROGRAM, str(model), str(output), str(sft), "1"]


def run(command: list[str], environment: dict[str, str]) -> tuple[dict[str, Any], str]:
    """The comparison, and what was told."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    comparison: dict[str, Any] = json.loads(done.stdout)
    return comparison, done.stderr


def figures(comparison: dict[str, Any]) -> dict[tuple[str, str, str], float]:
    """The value of each task, metric and row."""
    return {
        (table["task"], column["metric"], label): cell["value"]
        for table in comparison["tables"]
        for column in table["columns"]
        for label, cell in column["cells"].items()
    }


def reported(output: Path) -> dict[tuple[str, str, str], float]:
    """The same as the results files have it."""
    found = {}
    for file in (output / "results").rglob("results_*.json"):
        content = json.loads(file.read_bytes())
        adapter = content["config"]["model_args"].get("peft")
        row = f"tiny + {Path(adapter).name}" if adapter else "tiny"
        for task, scores in content["results"].items():
            numbers = {
                name.partition(",")[0]: score for name, score in scores.items() if name.endswith(",none")
            }
            found |= {(task, metric, row): value for metric, value in numbers.items()}
    return found


def page_models(output: Path) -> list[str]:
    """The rows of the page."""
    page = (output / "comparison.html").read_text(encoding="utf-8")
    (text,) = re.findall(
        r'<script type="application/json" id="[^"]*main"[^>]*>(.*?)</script>', page, re.DOTALL
    )
    models: list[str] = json.loads(text)["models"]
    return models


def test_it_compares_three_rows_whose_figures_are_those_of_the_files_and_does_nothing_twice(
    tiny_model: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    comparison, told = run(command(tiny_model, output), environment)
    assert page_models(output) == ["tiny", "tiny + sft", "tiny + sft-ppo"]
    assert comparison["baseline"] == "tiny"
    shown, in_files = figures(comparison), reported(output)
    assert {task for task, *_ in shown} == {
        "swow_us",
        "swow_us_rank",
        "wvs_tension",
        "wvs_tension_us",
        "wvs_tension_zh",
    }
    assert shown == pytest.approx({key: in_files[key] for key in shown})
    assert len({value for (task, _, _), value in shown.items() if task == "wvs_tension_us"}) > 3
    assert [int(part) for part in re.findall(r"^(\d) of 5 · ", told, re.MULTILINE)] == [1, 2, 3, 4, 5]

    weights = [output / "adapters" / name / "adapter_model.safetensors" for name in ("sft", "sft-ppo")]
    written = [file.stat().st_mtime_ns for file in weights]
    again, told = run(command(tiny_model, output), environment)
    assert figures(again) == shown
    assert [file.stat().st_mtime_ns for file in weights] == written
    assert told.count("is finished already") == 2


def test_killed_while_it_trains_it_goes_on_there(
    tiny_model: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    checkpoint = output / "adapters" / "sft" / "checkpoints" / "checkpoint-2"
    long = command(tiny_model, output, sft=12)
    process = subprocess.Popen(long, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    _, told = run(long, environment)
    assert f"Going on with the unfinished run in {output / 'adapters' / 'sft'}" in told
    first = re.search(r"Training:.*? (\d+)/12 ", told.split("2 of 5")[1])
    assert first is not None
    assert int(first[1]) >= 1  # the checkpoint of step 2 may not be whole
    assert page_models(output) == ["tiny", "tiny + sft", "tiny + sft-ppo"]


@pytest.mark.slow
def test_the_whole_of_it_on_its_own_model(environment: dict[str, str], tmp_path: Path) -> None:
    try:
        model = demo_model()
    except AlignError as error:
        pytest.skip(str(error))
    output = tmp_path / "out"
    comparison, _ = run(command(model, output, sft=1), environment)
    assert page_models(output) == [NAME, f"{NAME} + sft", f"{NAME} + sft-ppo"]
    assert all(table["is_demo"] == table["task"].startswith("swow") for table in comparison["tables"])
    trained = [row["entries"][0]["training"] for row in comparison["rows"]]
    assert [one and (one["trainer"], one["data"]["norms"]) for one in trained] == [
        None,
        ("sft", "demo"),
        ("ppo", "demo"),
    ]
