"""For tests of tasks: a model of whom the test says what it answers, so that scores can be worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.model import LM


class ScriptedModel(LM):  # type: ignore[misc]
    """A model in lm-eval's terms that answers as it is told to.

    Args:
        score: log-likelihood of a request's continuation, ``request.args[1]``, after its context,
            ``request.args[0]``; ``request.doc`` is the row.
        write: what the model writes when it is to generate.
    """

    def __init__(
        self,
        score: Callable[[Instance], float] = lambda request: 0.0,
        write: Callable[[Instance], str] = lambda request: "",
    ) -> None:
        super().__init__()
        self.score, self.write = score, write
        self.seen: list[Instance] = []

    def loglikelihood(self, requests: list[Instance], **_: Any) -> list[tuple[float, bool]]:
        """Scores by `score`; none is said to be the model's own first choice."""
        self.seen += requests
        return [(self.score(request), False) for request in requests]

    def generate_until(self, requests: list[Instance], **_: Any) -> list[str]:
        """Answers by `write`."""
        self.seen += requests
        return [self.write(request) for request in requests]

    def loglikelihood_rolling(self, requests: list[Instance], **_: Any) -> list[float]:
        """Not asked for by tasks of ours."""
        raise NotImplementedError

    @property
    def tokenizer_name(self) -> str:
        """A name of its own, which lm-eval asks for."""
        return "scripted"

    def apply_chat_template(self, messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """Turns as ``<role>content``."""
        turns = "".join(f"<{message['role']}>{message['content']}" for message in messages)
        return f"{turns}<assistant>" if add_generation_prompt else turns


def answers_like(shares: Callable[[dict[str, Any]], list[float]]) -> Callable[[Instance], float]:
    """A `score` for survey tasks: the model's answer distribution on each row is the one that `shares` gives.

    Args:
        shares: takes the row; returns a distribution over its options in the given order.
    """

    def score(request: Instance) -> float:
        wanted = shares(request.doc)
        label = request.doc["choices"].index(request.args[1].strip())
        is_reversed = request.idx >= len(wanted)
        share = wanted[::-1][label] if is_reversed else wanted[label]
        return math.log(share) if share else -math.inf

    return score
