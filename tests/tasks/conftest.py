from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from align_tasks.scores import association, likelihood, ranking, survey, tension
from align_tasks.scores.scorer import Scorer
from align_tasks.testing import ScriptedModel

READ_ANSWER: dict[str, Callable[..., Any]] = {
    "association": association.read_answer,
    "likelihood": likelihood.read_answer,
    "ranking": ranking.read_answer,
    "survey": survey.read_answer,
    "tension": tension.read_answer,
}


def score_row(kind: str, doc: dict[str, Any], results: Any, cultures: Sequence[str] = ()) -> dict[str, float]:
    """Every metric of one row, as its task reads and scores it."""
    return Scorer(kind, cultures).scores(READ_ANSWER[kind](doc, results))


@pytest.fixture
def score() -> Callable[..., dict[str, float]]:
    return score_row


@pytest.fixture
def scripted() -> type[ScriptedModel]:
    return ScriptedModel
