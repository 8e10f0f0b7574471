from __future__ import annotations

import math

import pytest
import torch

from align_trainers.ppo.losses import policy_loss, value_loss

# ratio, advantage, loss = -min(ratio * advantage, clipped ratio * advantage), whether clipping took effect
POLICY = [
    (1.0, 2.0, -2.0, False),
    (1.5, 2.0, -2.4, True),  # likelier than 1.2 times: earns no more
    (0.5, 2.0, -1.0, False),  # a good token that got less likely: not held back
    (1.5, -2.0, 3.0, False),  # a bad token that got likelier: not held back
    (0.5, -2.0, 1.6, True),  # less likely than 0.8 times: earns no more
    (1.1, 2.0, -2.2, False),
    (0.9, -2.0, 1.8, False),
    (1.5, 0.0, 0.0, False),
]
# value, old value, return, loss = max of both squared errors / 2, whether clipping took effect
VALUE = [
    (1.1, 1.0, 2.0, 0.405, False),
    (1.5, 1.0, 2.0, 0.32, True),  # towards the return by more than 0.2: counts as 1.2
    (0.5, 1.0, 2.0, 1.125, False),  # away from it: not held back
    (0.5, 1.0, 0.0, 0.32, True),  # downwards: counts as 0.8
    (1.5, 1.0, 0.0, 1.125, False),
    (3.0, 1.0, 2.0, 0.5, False),  # beyond the return: the free error 1 is more than 0.8²
    (2.5, 1.0, 2.0, 0.32, True),  # beyond it, but nearer than 1.2 is
]


@pytest.mark.parametrize(("ratio", "advantage", "loss", "is_clipped"), POLICY)
def test_policy_loss_worked_by_hand(ratio: float, advantage: float, loss: float, is_clipped: bool) -> None:
    logprobs = torch.tensor([math.log(0.4 * ratio)], requires_grad=True)
    found = policy_loss(logprobs, torch.tensor([math.log(0.4)]), torch.tensor([advantage]), 0.2)
    assert found.loss.tolist() == pytest.approx([loss], abs=1e-6)
    assert found.is_clipped.tolist() == [is_clipped]
    found.loss.sum().backward()
    slope = 0.0 if is_clipped else -advantage * ratio
    assert logprobs.grad.tolist() == pytest.approx([slope], abs=1e-6)


@pytest.mark.parametrize(("value", "old", "target", "loss", "is_clipped"), VALUE)
def test_value_loss_worked_by_hand(
    value: float, old: float, target: float, loss: float, is_clipped: bool
) -> None:
    values = torch.tensor([value], requires_grad=True)
    found = value_loss(values, torch.tensor([old]), torch.tensor([target]), 0.2)
    assert found.loss.tolist() == pytest.approx([loss], abs=1e-6)
    assert found.is_clipped.tolist() == [is_clipped]
    found.loss.sum().backward()
    assert values.grad.tolist() == pytest.approx([0.0 if is_clipped else value - target], abs=1e-6)


def test_losses_stand_token_by_token() -> None:
    ratios, advantages, losses, are_clipped = zip(*POLICY, strict=True)
    old = torch.full((len(POLICY),), math.log(0.4))
    found = policy_loss(old + torch.tensor(ratios).log(), old, torch.tensor(advantages), 0.2)
    assert found.loss.tolist() == pytest.approx(losses, abs=1e-6)
    assert found.is_clipped.tolist() == list(are_clipped)


def test_a_wider_range_clips_less() -> None:
    one = torch.tensor([math.log(1.5)]), torch.zeros(1), torch.ones(1)
    assert [bool(policy_loss(*one, width).is_clipped) for width in (0.2, 0.49, 0.51)] == [True, True, False]
    two = torch.tensor([1.5]), torch.tensor([1.0]), torch.tensor([9.0])
    assert [bool(value_loss(*two, width).is_clipped) for width in (0.2, 0.49, 0.51)] == [True, True, False]
