"""An answer that the policy sampled, with what it knew while sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rollout:
    """A prompt and a sampled answer.

    Attributes:
        question: number of the prompt among all prompts of the run.
        prompt: token ids.
        answer: token ids, at least one; the one that ends it is part of it.
        is_finished: whether it ended by itself, and was not cut off.
        logprobs: of the answer's tokens under the policy that sampled them, in nats.
        values: what the value head expected before each token.
        allowed: for each token of a constrained answer, the ids among which it was chosen; else nothing.
    """

    question: int
    prompt: Sequence[int]
    answer: Sequence[int]
    is_finished: bool
    logprobs: Sequence[float]
    values: Sequence[float]
    allowed: Sequence[Sequence[int]] = ()
