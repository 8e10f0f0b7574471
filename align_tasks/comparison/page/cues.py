"""Answers to cues: the words that people and models gave, their orders, and their likelihoods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from align_tasks.comparison.page.answers import Answers, Doc
from align_tasks.comparison.page.texts import cut, language_of, parts, word
from align_tasks.metrics import softmax
from align_tasks.scores import association, likelihood, ranking

PEOPLE_SHOWN = 20
WORDS_SHOWN = 40

Word = tuple[str, bool]


def keep_cue(doc: Doc) -> Doc:
    """What the page needs of a row: people's words with their counts, the most frequent first.

    Raises:
        ValueError: there are not as many counts as words.
    """
    words = doc["candidates"] if "candidates" in doc else doc["responses"]
    both = sorted(zip(map(word, words), map(int, doc["counts"]), strict=True), key=lambda pair: -pair[1])
    return {
        "people": both[: len(both) if "candidates" in doc else PEOPLE_SHOWN],
        "others": max(0, len(both) - PEOPLE_SHOWN),
        "language": str(doc.get("language") or language_of(str(doc["cue"])))[:20],
    }


def read_words(doc: dict[str, Any], results: list[Any]) -> list[Word]:
    """The words that a model wrote, each with whether any person gave it."""
    answer = association.read_answer(doc, results)
    known = set(answer.responses)
    return [(word(one), one in known) for one in answer.words[:WORDS_SHOWN]]


def read_order(doc: dict[str, Any], results: list[Any]) -> list[str]:
    """A model's order of the candidates, best first."""
    return [word(one) for one in ranking.read_answer(doc, results).order]


def read_shares(doc: dict[str, Any], results: list[Any]) -> dict[str, float]:
    """How likely a model finds each of people's responses, beside each other: they add up to 1."""
    answer = likelihood.read_answer(doc, results)
    shares = softmax(answer.log_likelihoods)
    if not np.isfinite(shares).all():
        raise ValueError("a log-likelihood is no number")
    return {word(one): float(share) for one, share in zip(doc["responses"], shares, strict=True)}


def cue_data(answers: Answers) -> dict[str, Any]:
    """A task as the page holds it.

    An answer is a list of whole numbers: of associations 2 * place in `words`, and 1 more for a word that any
    person gave; of rankings the places among people's words; of likelihoods ten-thousandths.
    """
    runs = list(answers.given)
    places: dict[str, int] = {}
    items = [
        [
            word(item),
            [one for one, _ in doc["people"]],
            [count for _, count in doc["people"]],
            doc["others"],
            [_coded(answers.kind, doc, answers.given[run].get(item), places) for run in runs],
        ]
        for item, doc in answers.docs.items()
    ]
    first = next(iter(answers.docs.values()))
    return {
        "table": answers.asked.table,
        "task": cut(answers.asked.task),
        "kind": answers.kind,
        "language": first["language"],
        "runs": [[run.row, run.label] for run in runs],
        "words": list(places),
        "items": items,
    }


def _coded(kind: str, doc: Doc, answer: Any, places: dict[str, int]) -> list[int] | None:
    if answer is None:
        return None
    if kind == "association":
        return [2 * places.setdefault(one, len(places)) + is_hit for one, is_hit in answer]
    people = [one for one, _ in doc["people"]]
    if kind == "ranking":
        return _places(answer, people)
    return _likelihoods(answer, people)


def _places(order: Sequence[str], people: Sequence[str]) -> list[int]:
    return [people.index(one) for one in order if one in people]


def _likelihoods(shares: Mapping[str, float], people: Sequence[str]) -> list[int]:
    return parts(shares.get(one, 0.0) for one in people)
