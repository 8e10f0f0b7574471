from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM

from align_tasks.scores import association, likelihood, ranking, survey, tension
from align_tasks.scores.scorer import Scorer

READ_ANSWER: dict[str, Callable[..., Any]] = {
    "association": association.read_answer,
    "likelihood": likelihood.read_answer,
    "ranking": ranking.read_answer,
    "survey": survey.read_answer,
    "tension": tension.read_answer,
}


class ScriptedModel(LM):  # type: ignore[misc]
    """A model of whom the test says what it answers to each request."""

    def __init__(self, score: Callable[[Instance], float], write: Callable[[Instance], str]) -> None:
        super().__init__()
        self.score, self.write = score, write
        self.seen: list[Instance] = []

    def loglikelihood(self, requests: list[Instance], **_: Any) -> list[tuple[float, bool]]:
        self.seen += requests
        return [(self.score(request), False) for request in requests]

    def generate_until(self, requests: list[Instance], **_: Any) -> list[str]:
        self.seen += requests
        return [self.write(request) for request in requests]

    def loglikelihood_rolling(self, requests: list[Instance], **_: Any) -> list[float]:
        raise AssertionError("no task of ours asks this")

    @property
    def tokenizer_name(self) -> str:
        return "scripted"

    def apply_chat_template(self, messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        turns = "".join(f"<{message['role']}>{message['content']}" for message in messages)
        return f"{turns}<assistant>" if add_generation_prompt else turns


def score_row(kind: str, doc: dict[str, Any], results: Any, cultures: Sequence[str] = ()) -> dict[str, float]:
    """Every metric of one row, as its task reads and scores it."""
    return Scorer(kind, cultures).scores(READ_ANSWER[kind](doc, results))


@pytest.fixture
def score() -> Callable[..., dict[str, float]]:
    return score_row


@pytest.fixture
def scripted() -> type[ScriptedModel]:
    return ScriptedModel
