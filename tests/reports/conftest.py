from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from align_tasks.plugins import Recipe, Trainer

from .folders import Folder, scores

PAPER = "learning_rate: 1.0e-5\nepochs: 3\n"


class Settings(Recipe):
    """Settings of a trainer that never trains here."""

    learning_rate: float = Field(1e-4, description="Highest learning rate.")
    epochs: int = Field(1, description="Times that everything is learned.")
    max_steps: int | None = Field(None, description="Steps after which it ends.")
    mix: dict[str, float] = Field(default_factory=dict, description="Files with their shares.")
    norms: str = Field("auto", description="Norms to learn.")
    seed: int = Field(1, description="Of the random numbers.")


RECIPE: dict[str, Any] = {
    "learning_rate": 1e-3,
    "epochs": 3,
    "max_steps": 30,
    "mix": {},
    "norms": "imported",
    "seed": 1,
}


@pytest.fixture
def trainer(plugins: Any, tmp_path: Path) -> None:
    """A trainer ``sft`` with a recipe of the paper, in use."""
    file = tmp_path / "paper.yaml"
    file.write_text(PAPER)
    known = Trainer("sft", summary="", train="nowhere:train", recipe=Settings, recipes={"paper": file})
    plugins.register(trainers=[known])


@pytest.fixture
def experiment(tmp_path: Path, trainer: None, data_home: Path) -> Folder:
    """An experiment of a model and an adapter with two seeds, finished but for its files of steps."""
    folder = Folder(tmp_path / "out")
    folder.model(scores(0, 0.2))
    for seed in (1, 2):
        folder.adapter(f"sft-{seed}", scores(seed, 0.5), {**RECIPE, "seed": seed})
    folder.comparison()
    return folder
