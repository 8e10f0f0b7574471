"""The demo's lessons: short trainings, each of which starts from the adapter of the one before."""

from __future__ import annotations

from pathlib import Path

from align_tasks.cultures import get_culture
from align_tasks.demo.plan import CULTURE, Plan
from align_tasks.errors import AlignError
from align_tasks.recipes import read_recipe
from align_tasks.trainers import TrainingJob, get_trainer
from align_tasks.training import carry_out


def why_not(plan: Plan) -> AlignError | None:
    """Why the lessons cannot be given: a trainer is not installed, or a library that it needs."""
    try:
        for name in plan.lessons:
            get_trainer(name).function()
    except AlignError as error:
        return error
    return None


def give(plan: Plan, name: str) -> None:
    """Train by the trainer of this name, or what is left of it.

    Raises:
        AlignError: as `carry_out` says.
    """
    trainer = get_trainer(name)
    job = TrainingJob(
        model=str(plan.model),
        culture=get_culture(CULTURE),
        recipe=read_recipe(trainer.recipe_class(), overrides=plan.lessons[name].settings),
        output=plan.adapters[name],
        adapter=_before(plan, name),
    )
    carry_out(trainer, job, is_last=False)


def _before(plan: Plan, name: str) -> Path | None:
    """The adapter of the lesson before, if there is one."""
    names = list(plan.lessons)
    place = names.index(name)
    return plan.adapters[names[place - 1]] if place else None
