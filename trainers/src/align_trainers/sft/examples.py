"""What supervised fine-tuning learns from: prompts with the answers that people gave."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

import numpy as np

from align_tasks.norms.load import CueNorms, Norms, seed_of, shuffle_key
from align_tasks.prompts import Prompt, association_prompt
from align_tasks.splits import Split
from align_tasks.tasks.association import ANSWER_WORDS
from align_tasks.tasks.dataset import Doc, prompts_of
from align_tasks.tasks.ranking import ranking_rows

WORDS_PER_PERSON = 3


@dataclass(frozen=True)
class Example:
    """One answer to one prompt.

    Attributes:
        prompt: what the model reads.
        words: the responses that it is to answer with, in order.
        cue: the normalised cue.
    """

    prompt: Prompt
    words: tuple[str, ...]
    cue: str


def ranked(norms: Norms, split: Split, *, words: int, fraction: float = 1.0) -> list[Example]:
    """One example a cue: its responses, most frequent first, `words` of them at most.

    The prompt is that of the evaluation, which asks for up to 40 words.
    """
    chosen = share(list(norms.cues(split)), fraction)
    return [_example(norms, cue.cue, cue.responses[:words], ANSWER_WORDS) for cue in chosen]


def mimic(
    norms: Norms, split: Split, *, lists_per_cue: int, fraction: float = 1.0, seed: int = 0
) -> list[Example]:
    """One example for each person and cue, or `lists_per_cue` drawn by strength where no persons are told.

    The model then learns how often people say a word, and not only which words they say most often. The
    prompt asks for three words, where that of the evaluation asks for up to 40.
    """
    chosen = share(list(norms.cues(split)), fraction)
    people = norms.lists(split)
    if people is None:
        return [
            _example(norms, cue.cue, words, WORDS_PER_PERSON)
            for cue in chosen
            for words in drawn_lists(cue, lists_per_cue, seed_of("mimic", str(seed), cue.cue))
        ]
    wanted = {cue.cue for cue in chosen}
    return [_example(norms, cue, words, WORDS_PER_PERSON) for cue, words in people if cue in wanted]


def drawn_lists(cue: CueNorms, count: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Lists of three words, drawn one after the other without repeating one, by their strength.

    The first word of a list is the response with the probability that its strength gives, and so on among the
    rest: the Plackett-Luce model, sampled as the largest of log-strengths with Gumbel noise.
    """
    noise = np.random.default_rng(seed).gumbel(size=(count, len(cue.counts)))
    order = np.argsort(-(np.log(cue.counts) + noise), axis=1, kind="stable")
    for row in order[:, :WORDS_PER_PERSON]:
        yield tuple(cue.responses[place] for place in row)


def rankings(norms: Norms, cues: Container[str], *, per_cue: int, seed: int) -> list[Example]:
    """Ranking questions on training cues, answered in people's order: a first one on each, then a second, ….

    Equally frequent candidates stand in an order without system (a hash) in the answer: in the order shown,
    the model would learn to copy the list where it knows no better.

    Args:
        norms: people's responses.
        cues: those to ask about; cues whose responses give no order have no question.
        per_cue: questions on each cue.
        seed: draws the candidates and the order shown, as `ranking_rows` does.
    """
    rows = [row for row in ranking_rows(norms, "train", per_cue=per_cue, seed=seed) if row["cue"] in cues]
    of_cues = [list(of_cue) for _, of_cue in groupby(rows, key=lambda row: str(row["cue"]))]
    return [_ranking(row) for round_ in zip_longest(*of_cues) for row in round_ if row is not None]


def _ranking(row: Doc) -> Example:
    counts = dict(zip(row["candidates"], row["counts"], strict=True))
    words = sorted(counts, key=lambda word: (-counts[word], shuffle_key("answer", row["cue"], word)))
    return Example(prompts_of(row)[0], tuple(words), row["cue"])


def share(cues: list[CueNorms], fraction: float) -> list[CueNorms]:
    """The first cues, at least one: those of a smaller fraction are among those of a larger."""
    return cues[: math.ceil(fraction * len(cues))]


def _example(norms: Norms, cue: str, words: tuple[str, ...], count: int) -> Example:
    return Example(association_prompt(cue, norms.culture.language, count=count), words, cue)
