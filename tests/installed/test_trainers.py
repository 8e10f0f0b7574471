"""The trainers as people install them, after the rest: evaluation needs neither them nor TRL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

LIBRARIES = ("trl", "altair")
INSTALL = "pip install align-trainers"


def _results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in folder.rglob("results_*.json")]


def _numbers(results: dict[str, Any]) -> dict[str, float]:
    """The figures of every task; two backends agree up to rounding."""
    return {
        f"{task} {name}": value
        for task, figures in results["results"].items()
        for name, value in figures.items()
        if isinstance(value, float)
    }


def test_trainers_come_and_go_and_evaluation_works_without_them(
    wheels: list[Path], environment: Any, tiny_model: Path, tmp_path: Path
) -> None:
    wheel = {path.name.partition("-")[0]: str(path) for path in wheels}
    adapter, before, plain, after = (tmp_path / name for name in ("adapter", "before", "plain", "after"))
    shared = ("--tasks", "swow_us,wvs_us", "--limit", "1", "--device", "cpu")
    evaluate = ("align", "eval", "--model", str(tiny_model), "--dtype", "float32", *shared)
    train = (
        *("align", "train", "sft", "--model", str(tiny_model), "--culture", "us", "--output", str(adapter)),
        *("--max-steps", "2", "--warmup", "0", "--keep", "last", "--validation-cues", "2"),
    )

    environment.pip("uninstall", "--yes", *LIBRARIES)
    environment.pip("install", "--no-deps", "--no-index", wheel["align_tasks"])
    assert "eval" in environment.run("align", "--help")
    assert "swow_us" in environment.run("align", "tasks").split()
    environment.run(*evaluate, "--output", str(before))
    told = environment.run(*train, fails=True)
    assert "No trainer is installed" in told
    assert INSTALL in told

    environment.pip("install", "--no-deps", "--no-index", wheel["align_trainers"])
    told = environment.run(*train, fails=True)
    assert "needs the module 'trl', which is not installed" in told
    assert INSTALL in told

    environment.link(*LIBRARIES)
    environment.run(*train)
    model_args = f"pretrained={tiny_model},peft={adapter},dtype=float32"
    environment.run(
        *("lm_eval", "--model", "hf", "--model_args", model_args, *shared, "--output_path", str(plain))
    )

    environment.pip("uninstall", "--yes", "align-trainers", *LIBRARIES)
    assert "No trainer is installed" in environment.run(*train, fails=True)
    environment.run(*evaluate, "--adapter", str(adapter), "--output", str(after))
    (first,), (by_lm_eval,) = _results(before), _results(plain)
    model, tuned = sorted(_results(after), key=lambda results: results["align"]["adapter"] is not None)
    assert model["results"] == first["results"]
    assert _numbers(tuned)
    assert _numbers(tuned) == pytest.approx(_numbers(by_lm_eval), abs=1e-5)
    assert tuned["results"]["wvs_us"]["jsd,none"] != model["results"]["wvs_us"]["jsd,none"]
    assert tuned["align"]["adapter"]["trained_test_cues"] == {"swow_us": 0}
