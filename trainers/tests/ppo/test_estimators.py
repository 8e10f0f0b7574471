from __future__ import annotations

import numpy as np
import pytest
import torch

from align_trainers.ppo.estimators import advantages, shaping, standardised, token_rewards

MASK = torch.tensor([[True, True, True], [True, False, False]])
NOISE = 9.0  # stands behind an answer's end, where nothing may be read


def random_batch(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rewards, values and mask of five answers, with noise behind their ends."""
    dice = np.random.default_rng(seed)
    mask = torch.arange(7) < torch.from_numpy(dice.integers(1, 8, size=5))[:, None]
    rewards, values = (torch.from_numpy(dice.normal(size=(5, 7))) for _ in range(2))
    return rewards, values, mask


def by_averaging(rewards: list[float], values: list[float], gamma: float, lam: float) -> list[float]:
    """The mean of all k-step estimates, each weighing lam times the one before it (1506.02438, section 3)."""
    count = len(rewards)
    found = []
    for now in range(count):
        estimates = []
        for steps in range(1, count - now + 1):
            earned = sum(gamma**ahead * rewards[now + ahead] for ahead in range(steps))
            rest = gamma**steps * values[now + steps] if now + steps < count else 0.0
            estimates.append(earned + rest - values[now])
        weights = [(1 - lam) * lam**place for place in range(len(estimates))]
        weights[-1] = lam ** (len(estimates) - 1)  # longer ones are equal to the longest
        found.append(sum(weight * one for weight, one in zip(weights, estimates, strict=True)))
    return found


def test_advantages_worked_by_hand() -> None:
    # surprises, with gamma 0.5: 0 + 2/2 - 1 = 0, 0 + 3/2 - 2 = -1/2, 4 - 3 = 1; and 1 - 2 = -1
    # sums, with gamma * lambda = 1/4: 1, -1/2 + 1/4 = -1/4, 0 - 1/16 = -1/16; and -1
    rewards = torch.tensor([[0.0, 0.0, 4.0], [1.0, 0.0, 0.0]])
    values = torch.tensor([[1.0, 2.0, 3.0], [2.0, NOISE, NOISE]])
    found = advantages(rewards, values, MASK, gamma=0.5, lam=0.5)
    assert found.tolist() == [[-0.0625, -0.25, 1.0], [-1.0, 0.0, 0.0]]


def test_token_rewards_worked_by_hand() -> None:
    logprobs = torch.tensor([[-1.0, -2.0, -3.0], [-0.5, NOISE, NOISE]])
    reference = torch.tensor([[-2.0, -2.0, -1.0], [-1.5, 0.0, 0.0]])
    found = token_rewards(torch.tensor([10.0, 20.0]), logprobs, reference, MASK, 0.1)
    assert found.tolist() == [pytest.approx([-0.1, 0.0, 0.2 + 10]), pytest.approx([-0.1 + 20, 0.0, 0.0])]


@pytest.mark.parametrize(("gamma", "lam"), [(1.0, 0.95), (0.9, 0.8), (0.5, 1.0), (0.7, 0.0), (1.0, 1.0)])
def test_advantages_average_the_estimates_of_all_lengths(gamma: float, lam: float) -> None:
    for seed in range(5):
        rewards, values, mask = random_batch(seed)
        found = advantages(rewards, values, mask, gamma=gamma, lam=lam)
        for row, length in enumerate(mask.sum(dim=1).tolist()):
            one = by_averaging(rewards[row, :length].tolist(), values[row, :length].tolist(), gamma, lam)
            assert found[row].tolist() == pytest.approx(one + [0.0] * (7 - length), abs=1e-12)


def test_with_lambda_0_an_advantage_is_the_surprise_of_its_token() -> None:
    rewards, values, mask = random_batch(1)
    found = advantages(rewards, values, mask, gamma=0.9, lam=0.0)
    following = torch.zeros_like(values)
    following[:, :-1] = (values * mask)[:, 1:]
    assert torch.allclose(found, (rewards + 0.9 * following - values) * mask, atol=1e-12)


def test_with_gamma_and_lambda_1_an_advantage_is_what_was_still_earned_less_the_value() -> None:
    rewards, values, mask = random_batch(2)
    found = advantages(rewards, values, mask, gamma=1.0, lam=1.0)
    earned = (rewards * mask).flip(1).cumsum(dim=1).flip(1)
    assert torch.allclose(found, (earned - values) * mask, atol=1e-12)


def test_nothing_behind_an_answers_end_changes_what_stands_before_it() -> None:
    for seed in range(5):
        (rewards, values, mask), (noise, others, _) = random_batch(seed), random_batch(seed + 100)
        clean = advantages(rewards * mask, values * mask, mask, gamma=0.9, lam=0.8)
        noisy = advantages(
            torch.where(mask, rewards, 50 * noise),
            torch.where(mask, values, 50 * others),
            mask,
            gamma=0.9,
            lam=0.8,
        )
        assert torch.equal(clean, noisy)
        assert torch.equal(standardised(clean, mask), standardised(torch.where(mask, clean, NOISE), mask))
        scores = torch.arange(5.0).double()
        told = token_rewards(scores, rewards, values, mask, 0.3)
        assert torch.equal(told, token_rewards(scores, rewards + 7 * ~mask, values, mask, 0.3))
        assert not told[~mask].any()


def test_standardised_as_numpy_does_it() -> None:
    values, _, mask = random_batch(3)
    chosen = values[mask].numpy()
    found = standardised(values, mask)
    assert np.allclose(found[mask], (chosen - chosen.mean()) / chosen.std(ddof=1))
    assert not found[~mask].any()


@pytest.mark.parametrize("value", [0.0, 0.1, -1e6])
def test_equal_values_tell_nothing_apart(value: float) -> None:
    assert not standardised(torch.full((2, 3), value), MASK).any()


def test_a_single_value_tells_nothing_apart() -> None:
    assert standardised(torch.tensor([[5.0, NOISE]]), torch.tensor([[True, False]])).tolist() == [[0.0, 0.0]]


def test_rounding_errors_of_equal_values_are_not_scaled_up() -> None:
    values = torch.tensor([0.3, 0.1 + 0.2, 0.3 + 3e-8])
    assert not standardised(values, torch.ones(3, dtype=torch.bool)).any()


def test_shaping_worked_by_hand() -> None:
    found = shaping([[(0, 2.0), (1, 1.5)], []], MASK)
    assert found.tolist() == [[2.0, -0.5, -1.5], [0.0, 0.0, 0.0]]


def test_a_word_told_with_the_last_token_moves_nothing() -> None:
    assert shaping([[(2, 5.0)], [(0, 3.0)]], MASK).abs().sum() == 0


def test_with_shaping_an_advantage_is_what_the_answer_gained_behind_its_token() -> None:
    rewards = torch.tensor([[0.0, 0.0, 4.0], [1.0, 0.0, 0.0]]) + shaping([[(0, 2.0), (1, 1.5)], []], MASK)
    found = advantages(rewards, torch.zeros(2, 3), MASK, gamma=1.0, lam=1.0)
    assert found.tolist() == [[4.0, 4.0 - 2.0, 4.0 - 1.5], [1.0, 0.0, 0.0]]
