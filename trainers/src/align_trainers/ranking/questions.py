"""Ranking questions as a trainer asks them: rows of the task with the token ids of their prompts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms
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
        limit=math.ceil(recipe.fraction * sum(1 for _ in norms.cues("train"))),
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


def fingerprint(rows: Sequence[Doc]) -> str:
    """SHA-256 of cues, candidates as they are shown, and counts, in hexadecimal."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr((row["cue"], list(row["candidates"]), list(row["counts"]))).encode())
    return digest.hexdigest()


def end_ids(encoder: Encoder) -> frozenset[int]:
    """The tokens that end an answer: that of the text, and in the base format all that hold a line end."""
    tokenizer = encoder.tokenizer
    ends = {tokenizer.eos_token_id}
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

    def ids(text: str) -> tuple[int, ...]:
        return tuple(encoder.tokenizer(text, add_special_tokens=False)["input_ids"])

    return (
        tuple(ids(f"{space}{word}") for word in row["candidates"]),
        tuple(ids(f"{texts.separator}{word}") for word in row["candidates"]),
    )
