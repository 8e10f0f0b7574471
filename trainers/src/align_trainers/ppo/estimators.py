"""From rewards and values to advantages.

All arrays have the shape (answers, tokens); `mask` is true for tokens of the answer, which stand first in a
row, and false behind its end. Nothing is inferred from token ids: a pad token may end answers, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

Tensor = torch.Tensor
SMALLEST_DEVIATION = 1e-6
"""Numbers that differ by less are taken as equal, and are not scaled up."""


def token_rewards(scores: Tensor, logprobs: Tensor, reference: Tensor, mask: Tensor, kl: float) -> Tensor:
    """The reward of each token: what its divergence costs, and for the last one the answer's score.

    The divergence of a token is estimated by log p(token) - log p_reference(token), whose mean over sampled
    tokens is right (arXiv 1909.08593, equation 2).

    Args:
        scores: shape (answers,), what the answers earned.
        logprobs: of the tokens under the policy that sampled them, in nats.
        reference: of the same tokens under the model before training.
        kl: what a nat of divergence costs.
    """
    rewards = -kl * (logprobs - reference) * mask
    last = mask.sum(dim=1) - 1
    rewards[torch.arange(len(scores)), last] += scores
    return rewards


def shaping(worths: Sequence[Sequence[tuple[int, float]]], mask: Tensor) -> Tensor:
    """What to add to the rewards so that each token earns by how much it raised the worth of its answer.

    Worth that an answer has gained so far is paid at once, and taken back with its last token, whose score
    holds it: a row sums to 0. Which policy is best does not change (potential-based shaping, Ng, Harada &
    Russell 1999), and a token is no longer praised for what was written before it.

    Args:
        worths: for each answer, tokens after which its worth was told, ascending, with the worth; before the
            first of them it is 0.
    """
    found = torch.zeros(mask.shape)
    last = mask.sum(dim=1) - 1
    for row, told in enumerate(worths):
        before = 0.0
        for token, worth in told:
            found[row, token] += worth - before
            before = worth
        found[row, last[row]] -= before
    return found


def advantages(rewards: Tensor, values: Tensor, mask: Tensor, *, gamma: float, lam: float) -> Tensor:
    """Generalized advantage estimation (arXiv 1506.02438, equation 16); 0 behind an answer's end.

    Args:
        rewards: of each token.
        values: expected sum of rewards before each token was written.
        gamma: discount.
        lam: how far the estimate trusts rewards over values.
    """
    values = values * mask
    following = torch.cat([values[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    surprise = (rewards + gamma * following - values) * mask
    found = torch.zeros_like(values)
    carried = torch.zeros_like(values[:, 0])
    for token in reversed(range(values.shape[1])):
        carried = surprise[:, token] + gamma * lam * carried
        found[:, token] = carried
    return found


def standardised(values: Tensor, mask: Tensor) -> Tensor:
    """Shifted and scaled to mean 0 and standard deviation 1 over the mask; 0 elsewhere.

    Values that are all equal become 0: they tell nothing apart.
    """
    chosen = values[mask]
    if chosen.numel() < 2 or chosen.std() < SMALLEST_DEVIATION:
        return torch.zeros_like(values)
    return (values - chosen.mean()) / chosen.std() * mask
