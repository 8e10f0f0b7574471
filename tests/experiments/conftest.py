from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from align_tasks.experiments.prepare import Prepared, prepare
from align_tasks.experiments.step import Step
from align_tasks.plugins import Recipe, Trainer

from .steps import stand_in

RECIPE = """\
name: small
question: Does it learn?
models:
  base: ./model
norms: demo
seeds: [1, 2]
runs:
  first:
    trainer: small
    culture: us
    settings: {learning_rate: 1e-3}
  second:
    trainer: small
    culture: zh
    adapter: first
evaluate:
  - tasks: [swow_us, wvs_us]
    limit: 3
compare:
  all: {baseline: base}
"""


class Small(Recipe):
    """Settings of a trainer that never trains here."""

    learning_rate: float = Field(1e-4, gt=0, description="Highest learning rate.")
    norms: str = Field("auto", description="Norms to learn.")
    mix: dict[str, float] = Field(default_factory=dict, description="Files with their shares.")
    packing: bool = Field(True, description="Several examples in a row.")
    method: str = Field("lora", description="What is trained.")
    seed: int = Field(1, description="Of the random numbers.")


@pytest.fixture
def small(plugins: Any, data_home: Path) -> None:
    """The trainer ``small``, in use."""
    trainer = Trainer("small", summary="", train="nowhere:train", recipe=Small)
    plugins.register(trainers=[trainer])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model, as far as it is looked at here."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(b"weights")
    return tmp_path


Prepare = Callable[..., Prepared]


@pytest.fixture
def prepared(small: None, folder: Path) -> Prepare:
    """Prepares the recipe, changed: texts of it by what stands in their place."""

    def prepared(
        changes: Mapping[str, str] | None = None, models: Mapping[str, str] | None = None, **given: Any
    ) -> Prepared:
        text = RECIPE
        for old, new in (changes or {}).items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / "recipe.yaml").write_text(text)
        return prepare(folder / "recipe.yaml", models or {}, folder / "out", **given)

    return prepared


def named(steps: Any) -> dict[str, Step]:
    return {step.name: step for step in steps}


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in for `align`, where it notes what it did."""
    return stand_in(tmp_path / "toy", monkeypatch)
