"""The whole loss against central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from align_trainers.ppo.trainer import Experience, PPOTrainer

STEP = 1e-5


def in_float64(model: Any) -> Any:
    """A model that computes in float64 throughout: its norms would fall back to float32."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child).__name__ == "LlamaRMSNorm":
                norm = nn.RMSNorm(len(child.weight), eps=child.variance_epsilon)
                norm.weight = child.weight
                setattr(parent, name, norm)
    return model.double()


@pytest.fixture
def trainer(
    adapted: Callable[..., Any], make_trainer: Callable[..., PPOTrainer], monkeypatch: pytest.MonkeyPatch
) -> PPOTrainer:
    """A trainer in float64 whose policy is far from uniform."""
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    trainer = make_trainer(
        lambda answer: answer[0] % 7, model=in_float64(adapted(strength=0.2)), max_new_tokens=8
    )
    trainer.policy.value_head.double()
    torch.manual_seed(3)
    nn.init.normal_(trainer.policy.value_head.weight, std=0.3)
    return trainer


def moved(trainer: PPOTrainer, direction: list[torch.Tensor], length: float) -> None:
    with torch.no_grad():
        for weights, one in zip(learning(trainer), direction, strict=True):
            weights.add_(length * one)


def learning(trainer: PPOTrainer) -> list[nn.Parameter]:
    return [*trainer.policy.adapter_parameters(), *trainer.policy.value_head.parameters()]


def random_direction(trainer: PPOTrainer, seed: int) -> list[torch.Tensor]:
    dice = torch.Generator().manual_seed(seed)
    return [torch.randn(one.shape, generator=dice, dtype=torch.float64) for one in learning(trainer)]


def loss_of(trainer: PPOTrainer, experience: Experience) -> torch.Tensor:
    loss, _ = trainer._losses(experience, list(range(len(experience.rollouts))))
    assert loss.dtype == torch.float64
    return loss


def test_the_gradient_is_that_of_central_differences_where_some_tokens_are_clipped(
    trainer: PPOTrainer,
) -> None:
    experience = trainer.judge(trainer.roll_out())
    moved(trainer, random_direction(trainer, 99), 0.02)  # so that ratios are no longer 1
    loss, figures = trainer._losses(experience, list(range(8)))
    tokens = int(experience.mask.sum())
    policy_clipped, value_clipped = figures[3] / tokens, figures[4] / tokens
    assert 0.1 < policy_clipped < 0.9
    assert 0.1 < value_clipped < 0.9
    gradient = torch.autograd.grad(loss, learning(trainer))
    for seed in range(6):
        direction = random_direction(trainer, seed)
        with torch.no_grad():
            moved(trainer, direction, STEP)
            above = loss_of(trainer, experience)
            moved(trainer, direction, -2 * STEP)
            below = loss_of(trainer, experience)
            moved(trainer, direction, STEP)
        slope = sum(float((one * other).sum()) for one, other in zip(gradient, direction, strict=True))
        assert float(above - below) / (2 * STEP) == pytest.approx(slope, rel=1e-5)
        assert abs(slope) > 0.1


def test_central_differences_differ_where_the_model_is_kept_from_learning(trainer: PPOTrainer) -> None:
    """What the test above would see if the loss did not reach a part of the adapter."""
    experience = trainer.judge(trainer.roll_out())
    moved(trainer, random_direction(trainer, 99), 0.02)
    gradient = torch.autograd.grad(loss_of(trainer, experience), learning(trainer))
    assert all(float(one.abs().max()) > 1e-4 for one in gradient)
