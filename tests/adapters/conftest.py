from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from align_tasks.adapters.record import AdapterRecord
from align_tasks.adapters.seal import seal
from align_tasks.adapters.start import read_start
from align_tasks.cultures import get_culture
from align_tasks.recipes import Recipe
from align_tasks.trainers import Trainer, TrainingJob, TrainingResult


class SmallRecipe(Recipe):
    """Two settings."""

    learning_rate: float = Field(1e-3, description="Step size.")
    apply_chat_template: bool = Field(False, description="Train on the chat format.")


TRAINER = Trainer("small", summary="learns a little.", train=lambda job: None, recipe=SmallRecipe)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Folder of a model, as far as hashes see it."""
    folder = tmp_path / "base-model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(b"weights of the base")
    return folder


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """Folder of an adapter as a trainer leaves it, with what belongs to the run."""
    return _trained(tmp_path / "adapter", b"weights of the adapter")


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """Folder of another adapter, as a trainer leaves it."""
    return _trained(tmp_path / "started", b"weights of the second adapter")


def _trained(folder: Path, weights: bytes) -> Path:
    (folder / "checkpoints" / "checkpoint-1").mkdir(parents=True)
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "run.json").write_text("{}")
    (folder / ".lock").write_text("")
    return folder


@pytest.fixture
def trainer() -> Trainer:
    """The trainer of the sealed folders."""
    return TRAINER


Seal = Callable[..., AdapterRecord]


@pytest.fixture
def sealed(base: Path, trained: Path) -> Seal:
    """Seals the trained folder; keywords change the recipe, or the result of the training.

    `start` is the folder of the adapter that the training began from.
    """

    def close(
        folder: Path = trained,
        *,
        model: str = str(base),
        culture: str = "us",
        recipe: dict[str, Any] | None = None,
        start: Path | None = None,
        **result: Any,
    ) -> AdapterRecord:
        told: dict[str, Any] = {
            "data": {
                "norms": "strength.csv",
                "norms_sha256": "ab" * 32,
                "licence": "CC BY-NC-ND 3.0 (people)",
            },
            "cues": ["red", "sea", "red"],
            "steps": 3,
            "metrics": {"eval_loss": 2.5},
        }
        job = TrainingJob(
            model=model,
            culture=get_culture(culture),
            recipe=SmallRecipe(**(recipe or {})),
            output=folder,
            adapter=start,
        )
        began = read_start(start, model) if start else None
        return seal(job, TRAINER, TrainingResult(**(told | result)), began)

    return close
