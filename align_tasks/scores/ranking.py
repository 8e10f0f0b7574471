"""Metrics of the order in which a model puts associations (kind ``ranking``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.metrics import paper_ranking_correlation, ranking_correlation
from align_tasks.norms.load import shuffle_key
from align_tasks.parsing import parse_ranking


@dataclass(frozen=True)
class Ranking:
    """A model's order of candidates, beside people's counts.

    Attributes:
        cue: the word that was asked about.
        language: code, as a `Language` has it.
        order: candidates that the answer names, best first; none when nothing could be read.
        counts: how many people gave each candidate.
        text: what the model wrote.
        human_spearman: what one half of the people scores on the other half, where the row tells.
    """

    cue: str
    language: str
    order: tuple[str, ...]
    counts: Mapping[str, int]
    text: str
    human_spearman: float | None = None


def read_answer(doc: dict[str, Any], results: Sequence[str]) -> Ranking:
    """The answer to a row of `align_tasks.tasks.ranking`."""
    return Ranking(
        cue=doc["cue"],
        language=doc["language"],
        order=tuple(parse_ranking(results[0], doc["candidates"], doc["language"])),
        counts=dict(zip(doc["candidates"], doc["counts"], strict=True)),
        text=results[0],
        human_spearman=doc.get("human_spearman"),
    )


def spearman(answer: Ranking) -> float:
    """Correlation with people's counts; left-out candidates tie on the last rank, none at all counts 0."""
    return ranking_correlation(answer.order, answer.counts)


def spearman_human(answer: Ranking) -> float | None:
    """What one half of the people scores on the other half, on the same candidates."""
    return answer.human_spearman


def spearman_paper(answer: Ranking) -> float:
    """The authors' variant (`paper_ranking_correlation`).

    Their score ranks ties in the order given: in the order shown to the model, copying the list would pay, so
    the counts stand in an order that has nothing to do with it.
    """
    apart = sorted(answer.counts.items(), key=lambda pair: shuffle_key("ties", answer.cue, pair[0]))
    return paper_ranking_correlation(answer.order, dict(apart))


def invalid(answer: Ranking) -> float:
    """1 when no candidate was named."""
    return float(not answer.order)


def complete(answer: Ranking) -> float:
    """1 when every candidate was named."""
    return float(len(answer.order) == len(answer.counts))
