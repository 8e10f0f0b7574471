"""The model that learns to rank, with the adapter that is trained."""

from __future__ import annotations

from typing import Any

from transformers import set_seed

from align_tasks.trainers import TrainingJob
from align_trainers.model import AdapterShape, check_fits, load_model
from align_trainers.ranking.questions import Questions
from align_trainers.ranking.recipe import RankingRecipe

TOO_LONG = "Prompt and answer must fit: fewer --candidates, or a lower --max-new-tokens."


def ranking_model(job: TrainingJob, recipe: RankingRecipe, questions: Questions) -> Any:
    """The model of a job with a new adapter, or with the one that the job starts from.

    Raises:
        AlignError: it cannot be loaded, or cannot read the questions.
    """
    set_seed(recipe.seed)
    shape = AdapterShape(recipe.lora_rank, recipe.lora_alpha, 0.0, recipe.lora_targets)
    model = load_model(
        job.model, recipe.precision, adapter=shape, in_4bit=recipe.load_in_4bit, start=job.adapter
    )
    check_fits(model, longest(recipe, questions), max(max(prompt) for prompt in questions.prompts), TOO_LONG)
    return model


def longest(recipe: RankingRecipe, questions: Questions) -> int:
    """Tokens of the longest prompt and its answer."""
    return max(len(prompt) for prompt in questions.prompts) + recipe.max_new_tokens
