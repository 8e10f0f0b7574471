"""The recipes that come with align-tasks: read, checked and planned with the trainers that are installed."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import polars as pl
import pytest
import yaml

from align_tasks.data import tables
from align_tasks.data.store import write
from align_tasks.errors import AlignError
from align_tasks.experiments.prepare import plan_of, prepare
from align_tasks.experiments.schema import schema
from align_tasks.experiments.shipped import shipped_recipes

STEPS = {
    "paper_us": {"train": 18, "evaluate": 22, "compare": 4},
    "paper_zh": {"train": 18, "evaluate": 22, "compare": 4},
    "low_resource": {"train": 12, "evaluate": 26, "compare": 2},
    "trainers": {"train": 12, "evaluate": 26, "compare": 2},
    "paper_us_small": {"train": 9, "evaluate": 40, "compare": 2},
    "paper_zh_small": {"train": 9, "evaluate": 40, "compare": 2},
    "ablation_data_mix": {"train": 9, "evaluate": 30, "compare": 2},
    "concreteness": {"train": 12, "evaluate": 26, "compare": 2},
    "cross_culture": {"train": 6, "evaluate": 21, "compare": 2},
    "mechanism": {"train": 6, "evaluate": 14, "compare": 2},
}
FILES = ("statements.us.jsonl", "proverbs.jsonl")
"""What the user puts into the current folder."""
NEEDS = {"cross_culture": "align_japan"}
"""Packages without which a recipe's tasks are not there."""


@pytest.fixture
def norms() -> None:
    """Norms of both cultures, as if they were imported."""
    for culture in ("us", "zh"):
        rows = {
            "culture": culture,
            "cue": "red",
            "response": "blood",
            "position": "R123",
            "count": 2,
            "n": 2,
            "strength": 1.0,
        }
        write("associations", culture, pl.DataFrame([rows], schema=tables.ASSOCIATIONS), {"source": {}})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files of the user's that recipes name."""
    folder = tmp_path / "here"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text('{"text": "Be kind."}\n')
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_can_be_planned(name: str, norms: None, files: Path, tmp_path: Path) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    found = prepare(shipped_recipes()[name], {}, tmp_path)
    assert found.experiment.name == name
    assert Counter(step.kind for step in found.steps) == STEPS[name]


@pytest.mark.parametrize(
    ("name", "file"), [("ablation_data_mix", "statements.us.jsonl"), ("mechanism", "proverbs.jsonl")]
)
def test_files_of_the_users_count_from_the_current_folder(
    name: str, file: str, norms: None, files: Path, tmp_path: Path
) -> None:
    found = prepare(shipped_recipes()[name], {}, tmp_path)
    assert any(f"{file}=1.0" in step.command for step in found.steps)
    assert json.loads(plan_of(found, 1))["folder"] == str(files)
    (files / file).unlink()
    with pytest.raises(AlignError, match=re.escape(f"there is no file {files / file}")):
        prepare(shipped_recipes()[name], {}, tmp_path)


def test_the_arms_of_the_mix_differ_in_the_mix_alone(norms: None, files: Path, tmp_path: Path) -> None:
    recipe = yaml.safe_load(shipped_recipes()["ablation_data_mix"].read_text(encoding="utf-8"))
    settings = {name: run["settings"] for name, run in recipe["runs"].items()}
    shares = {name: list(one.pop("mix", {}).values()) for name, one in settings.items()}
    assert shares == {"associations": [], "statements": [1.0], "half": [0.5]}
    assert settings["associations"] == settings["statements"] == settings["half"]
    asked = [task for evaluation in recipe["evaluate"] for task in evaluation["tasks"]]
    assert "wvs_tension" in asked
    assert "wvs_us" not in asked


def test_the_models_of_a_recipe_are_placeholders(norms: None, tiny_model: Path, tmp_path: Path) -> None:
    left_out = ("qwen", "large_llama", "large_qwen")
    found = prepare(shipped_recipes()["paper_us"], {"llama": str(tiny_model)}, tmp_path, left_out)
    assert Counter(step.kind for step in found.steps) == {"train": 9, "evaluate": 10, "compare": 2}
    for step in found.steps:
        if step.kind != "compare":
            assert step.command[list(step.command).index("--model") + 1] == str(tiny_model.resolve())


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_fits_the_schema(name: str) -> None:
    recipe = yaml.safe_load(shipped_recipes()[name].read_text(encoding="utf-8"))
    jsonschema.validate(recipe, json.loads(json.dumps(schema())))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"learning_rat": 1.0}, "'learning_rat' was unexpected"),
        ({"learning_rate": -1.0}, "-1.0 is less than or equal to the minimum of 0"),
        ({"rewards": {"spearman": 1}}, "'rewards' was unexpected"),
    ],
)
def test_the_schema_knows_the_settings_of_each_trainer(settings: dict[str, object], told: str) -> None:
    recipe = {
        "name": "a",
        "question": "?",
        "models": {"m": "m"},
        "runs": {"r": {"trainer": "sft", "culture": "us", "settings": settings}},
        "evaluate": [{"tasks": ["swow_us"]}],
    }
    with pytest.raises(jsonschema.ValidationError, match=told):
        jsonschema.validate(recipe, schema())
