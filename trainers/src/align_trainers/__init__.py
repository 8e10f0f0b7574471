"""Trainers for align-tasks: they teach a language model the word associations of a culture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from align_tasks.plugins import Trainer, hookimpl

__version__ = "0.1.0"

RECIPES = Path(__file__).parent / "recipes"


@hookimpl
def register_trainers(register: Callable[[Trainer], None]) -> None:
    register(
        Trainer(
            "sft",
            summary="Learn to write the associations that people gave (supervised fine-tuning).",
            train="align_trainers.sft.train:train",
            recipe="align_trainers.sft.recipe:SFTRecipe",
            recipes={"paper": RECIPES / "sft.paper.yaml"},
        )
    )
