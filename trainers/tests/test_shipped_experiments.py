"""The recipes that come with align-tasks: read, checked and planned with the trainers that are installed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import jsonschema
import polars as pl
import pytest
import yaml

from align_tasks.data import tables
from align_tasks.data.store import write
from align_tasks.experiments.prepare import prepare
from align_tasks.experiments.schema import schema
from align_tasks.experiments.shipped import shipped_recipes

STEPS = {
    "paper_us": {"train": 18, "evaluate": 22, "compare": 4},
    "paper_zh": {"train": 18, "evaluate": 22, "compare": 4},
    "low_resource": {"train": 15, "evaluate": 32, "compare": 2},
    "trainers": {"train": 12, "evaluate": 26, "compare": 2},
}


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


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_can_be_planned(name: str, norms: None, tmp_path: Path) -> None:
    found = prepare(shipped_recipes()[name], {}, tmp_path)
    assert found.experiment.name == name
    assert Counter(step.kind for step in found.steps) == STEPS[name]


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
