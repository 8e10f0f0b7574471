"""Problems of which the best policy is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from align_trainers.ppo.trainer import PPOTrainer

PROMPT = [7, 8, 9]
ARMS = [20, 30, 40, 50, 60]
SETTINGS: dict[str, Any] = {
    "prompts": [PROMPT],
    "rollout_batch_size": 16,
    "samples_per_question": 16,
    "minibatch_size": 16,
    "kl_coefficient": 0.0,
}


class Choice:
    """Every token of an answer is one of the arms."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def allowed(self) -> list[int]:
        return ARMS

    def take(self, token: int) -> None:
        assert token in ARMS


def probabilities(model: Any, text: Sequence[int]) -> torch.Tensor:
    """Of the arms behind a text."""
    with torch.no_grad():
        return model(input_ids=torch.tensor([text])).logits[0, -1, ARMS].softmax(dim=-1)


@pytest.mark.parametrize("seed", range(10))
def test_the_arm_that_pays_is_found(
    make_trainer: Callable[..., PPOTrainer], adapted: Callable[..., Any], seed: int
) -> None:
    model, best = adapted(seed=seed), seed % 5
    trainer = make_trainer(
        lambda answer: answer == [ARMS[best]],
        model=model,
        options={"constraint": lambda _: Choice(1)},
        seed=seed,
        **SETTINGS,
    )
    assert probabilities(model, PROMPT)[best] < 0.6
    for _ in range(20):
        trainer.take_step()
    assert probabilities(model, PROMPT)[best] > 0.9


@pytest.mark.parametrize("place", [0, 1])
def test_the_token_that_pays_is_told_from_the_one_beside_it(
    make_trainer: Callable[..., PPOTrainer], adapted: Callable[..., Any], place: int
) -> None:
    """What the other token becomes is left open: nothing that is earned depends on it."""
    model = adapted(seed=1)
    trainer = make_trainer(
        lambda answer: answer[place] == ARMS[2],
        model=model,
        options={"constraint": lambda _: Choice(2)},
        **{**SETTINGS, "learning_rate": 0.003},
    )
    assert expected_reward(model, place) < 0.6
    for _ in range(30):
        trainer.take_step()
    assert expected_reward(model, place) > 0.9


def expected_reward(model: Any, place: int) -> float:
    """How probable the paying arm is in its place."""
    first = probabilities(model, PROMPT)
    if place == 0:
        return float(first[2])
    return float(first @ torch.stack([probabilities(model, [*PROMPT, arm]) for arm in ARMS])[:, 2])
