"""Ranking questions as a trainer asks them: rows of the task with the token ids of their prompts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.norms.load import Norms, load_norms
from align_tasks.prompts import wording
from align_tasks.tasks.dataset import Doc, prompts_of
from align_tasks.tasks.ranking import ranking_rows
from align_trainers.encoding import Encoder
from align_trainers.generation import LINE_END
from align_trainers.ranking.recipe import RankingRecipe


@dataclass(frozen=True)
class Questions:
    """What a run asks, and what it is measured on.

    Attributes:
        rows: of the ranking task, on training cues.
        prompts: token ids of their prompts.
        validation: rows on held-out cues.
        cues: normalised cues that are trained on.
        about: the data, for the record beside the adapter.
    """

    rows: list[Doc]
    prompts: list[list[int]]
    validation: list[Doc]
    cues: set[str]
    about: dict[str, Any]


def read_questions(culture: Culture, recipe: RankingRecipe, encoder: Encoder) -> Questions:
    """Questions of a culture by a recipe, in the order of the norms' cues.

    Raises:
        AlignError: there are no norms, or none of their training cues can be asked about.
    """
    norms = load_norms(culture, recipe.norms)
    rows = ranking_rows(
        norms,
        "train",
        limit=_share(norms, recipe.fraction),
        candidates=recipe.candidates,
        per_cue=recipe.questions_per_cue,
        seed=recipe.seed,
    )
    if not rows:
        raise AlignError(
            f"no cue to ask about in the norms {norms.name!r} of culture {culture.name!r}",
            hint="A question needs four responses, and people who gave some more often than others.",
        )
    validation = ranking_rows(norms, "validation", limit=recipe.validation_cues)
    if recipe.validation_cues and not validation:
        raise AlignError("the norms have no held-out cues to measure on", hint="Set validation_cues: 0.")
    return Questions(
        rows=rows,
        prompts=[encoder.prompt_ids(encoder.prompt_text(prompts_of(row)[0])) for row in rows],
        validation=validation,
        cues={row["cue"] for row in rows},
        about={
            **norms.describe(),
            "questions": len(rows),
            "questions_per_cue": recipe.questions_per_cue,
            "candidates": recipe.candidates,
            "training_data_sha256": fingerprint(rows),
        },
    )


def _share(norms: Norms, fraction: float) -> int | None:
    """How many cues are asked about, of those that give an order; None for all."""
    return None if fraction == 1 else math.ceil(fraction * len(ranking_rows(norms, "train")))


def fingerprint(rows: Sequence[Doc]) -> str:
    """SHA-256 of cues, candidates as they are shown, and counts, in hexadecimal."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr((row["cue"], list(row["candidates"]), list(row["counts"]))).encode())
    return digest.hexdigest()


def turn_end_ids(encoder: Encoder, model: Any) -> frozenset[int]:
    """The special tokens that end an answer: that of the tokenizer, and those that the model knows."""
    told = model.generation_config.eos_token_id
    of_model = [told] if isinstance(told, int) else told or []
    return frozenset({encoder.tokenizer.eos_token_id, *of_model})


def end_ids(encoder: Encoder, model: Any) -> frozenset[int]:
    """The tokens that end an answer: the special ones, and in the base format all that hold a line end."""
    tokenizer = encoder.tokenizer
    ends = set(turn_end_ids(encoder, model))
    if not encoder.is_chat:
        texts = tokenizer.batch_decode([[number] for number in range(len(tokenizer))])
        ends |= {number for number, text in enumerate(texts) if LINE_END in text}
    return frozenset(ends)


def answer_text(encoder: Encoder, ids: Sequence[int]) -> str:
    """The text of an answer, as the evaluation reads it."""
    text: str = encoder.tokenizer.decode(ids, skip_special_tokens=True)
    return text if encoder.is_chat else text.partition(LINE_END)[0]


def candidate_ids(
    encoder: Encoder, row: Doc
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Token ids of a question's candidates as they begin an answer, and as they stand behind another."""
    texts = wording(row["language"])
    space = "" if encoder.is_chat else texts.space

    def ids(before: str, text: str) -> tuple[int, ...]:
        return tuple(encoder.continued_ids(before, text))

    return (
        tuple(ids(texts.ranking_lead, f"{space}{word}") for word in row["candidates"]),
        tuple(ids(texts.ranking_lead, f"{texts.separator}{word}") for word in row["candidates"]),
    )
