"""The real lm-eval on a real model: SmolLM2-135M-Instruct out of its package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent
TASKS = "swow_zh,swow_us_rank,swow_us_dist,wvs_tension"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return {**os.environ, "ALIGN_DATA": str(tmp_path_factory.mktemp("data")), "HF_HUB_OFFLINE": "1"}


def _run(environment: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done


def _results(folder: Path) -> dict[str, Any]:
    (file,) = folder.rglob("results_*.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    return {name: score for name, score in scores.items() if isinstance(score, float | int)}


def test_plain_lm_eval_and_align_eval_agree(
    model: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    shared = ["--tasks", TASKS, "--limit", "2"]
    _run(
        environment,
        "lm_eval",
        *("--model", "hf", "--model_args", f"pretrained={model},dtype=float32"),
        *(*shared, "--num_fewshot", "1", "--apply_chat_template"),
        *("--batch_size", "4", "--output_path", str(plain), "--log_samples"),
    )
    _run(
        environment,
        "align",
        *("eval", "--model", str(model), "--dtype", "float32"),
        *(*shared, "--num-fewshot", "1", "--apply-chat-template"),
        *("--batch-size", "4", "--output", str(ours), "--fresh"),
    )
    first, second = _results(plain), _results(ours)
    assert first["results"].keys() == second["results"].keys()
    for name, scores in first["results"].items():
        assert _numbers(second["results"][name]) == pytest.approx(_numbers(scores), abs=1e-5)
    assert len(list(ours.rglob("samples_*.jsonl"))) == 5
    for name, config in second["configs"].items():
        for key in ("data_fingerprint", "prompt_fingerprint", "culture", "version"):
            assert config["metadata"][key] == first["configs"][name]["metadata"][key]
    assert first["results"]["swow_zh"]["alias"] == "swow_zh (demo norms)"


def test_lm_eval_lists_and_validates_our_tasks(environment: Mapping[str, str]) -> None:
    listed = _run(environment, "lm_eval", "ls", "tasks").stdout
    for name in ("swow_us", "swow_zh_dist", "wvs_tension", "wvs_zh"):
        assert f"|{name} " in listed
    tasks = "swow_us,swow_zh,wvs_us,wvs_zh,wvs_tension"
    validated = _run(environment, "lm_eval", "validate", "--tasks", tasks)
    assert "not found" not in validated.stdout + validated.stderr


def test_the_demo_without_trainers_ends_with_a_table_and_what_it_is_not(
    model: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """The whole of it is tested beside the trainers."""
    shown = _run(environment, "align", "demo", "--limit", "2", "--output", str(tmp_path)).stdout
    results = _results(tmp_path)
    for task, words in (
        ("swow_us_rank", "Spearman of rankings"),
        ("wvs_tension_zh", "Chinese: distance to USA"),
    ):
        (line,) = (line for line in shown.splitlines() if line.lstrip().startswith(words))
        metric = "spearman,none" if "swow" in task else "distance_us,none"
        assert f" {results['results'][task][metric]:.3f} " in line
    assert "do not cite these figures" in " ".join(shown.split())
    assert (tmp_path / "comparison.html").is_file()
    assert results["configs"]["swow_us"]["metadata"]["norms"] == "demo"
