"""Metrics of the associations that a model wrote to a cue (kind ``association``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.metrics import precision_at_k
from align_tasks.parsing import parse_associations

KS = (5, 10, 40)


@dataclass(frozen=True)
class WrittenAssociations:
    """A model's associations to one cue, beside people's.

    Attributes:
        cue: the word that was asked about.
        language: code, as a `Language` has it.
        words: what the model wrote, in order, distinct and normalised; none when nothing could be read.
        responses: what people answered, most frequent first.
        ceiling: what half of the people would score in P@5, P@10 and P@40, see `precision_ceiling`.
        mean_ceiling_at_5: the first of them, averaged over the whole test split.
    """

    cue: str
    language: str
    words: tuple[str, ...]
    responses: tuple[str, ...]
    ceiling: tuple[float, ...]
    mean_ceiling_at_5: float


def read_answer(doc: dict[str, Any], results: Sequence[str]) -> WrittenAssociations:
    """The answer to a row of `align_tasks.tasks.association`."""
    return WrittenAssociations(
        cue=doc["cue"],
        language=doc["language"],
        words=tuple(parse_associations(results[0], doc["language"], cue=doc["cue"])),
        responses=tuple(doc["responses"]),
        ceiling=tuple(doc["ceiling"]),
        mean_ceiling_at_5=doc["mean_ceiling_at_5"],
    )


def p_at_5(answer: WrittenAssociations) -> float:
    """Distinct words among the first 5 that any person gave, divided by 5."""
    return _precision(answer, 5)


def p_at_10(answer: WrittenAssociations) -> float:
    """Distinct words among the first 10 that any person gave, divided by 10."""
    return _precision(answer, 10)


def p_at_40(answer: WrittenAssociations) -> float:
    """Distinct words among the first 40 that any person gave, divided by 40."""
    return _precision(answer, 40)


def ceiling_share(answer: WrittenAssociations) -> float | None:
    """P@5 divided by the mean human P@5 of the whole test split."""
    return p_at_5(answer) / answer.mean_ceiling_at_5 if answer.mean_ceiling_at_5 else None


def human_p_at_5(answer: WrittenAssociations) -> float:
    """What half of the people would score in P@5 on the other half."""
    return answer.ceiling[0]


def human_p_at_10(answer: WrittenAssociations) -> float:
    """What half of the people would score in P@10 on the other half."""
    return answer.ceiling[1]


def human_p_at_40(answer: WrittenAssociations) -> float:
    """What half of the people would score in P@40 on the other half."""
    return answer.ceiling[2]


def invalid(answer: WrittenAssociations) -> float:
    """1 when no word could be read from the answer."""
    return float(not answer.words)


def _precision(answer: WrittenAssociations, k: int) -> float:
    return precision_at_k(answer.words, set(answer.responses), k)
