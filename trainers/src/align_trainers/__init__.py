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
    register(
        Trainer(
            "ppo",
            summary="Learn to rank associations by how often people give them (PPO).",
            train="align_trainers.ppo.train:train",
            recipe="align_trainers.ppo.config:PPORecipe",
            recipes={"paper": RECIPES / "ppo.paper.yaml"},
        )
    )
    register(
        Trainer(
            "grpo",
            summary="Learn to rank associations by comparing answers to a question, scaled (GRPO of TRL).",
            train="align_trainers.group.train:train",
            recipe="align_trainers.group.recipe:GRPORecipe",
        )
    )
    register(
        Trainer(
            "rloo",
            summary="Learn to rank associations by comparing each answer with the others (RLOO of TRL).",
            train="align_trainers.group.train:train",
            recipe="align_trainers.group.recipe:RLOORecipe",
        )
    )
