"""The losses of PPO, token by token, for the sum to be divided by the number of tokens."""

from __future__ import annotations

from dataclasses import dataclass

import torch

Tensor = torch.Tensor


@dataclass(frozen=True)
class Clipped:
    """A loss of each token, and for which of them clipping took effect, both of shape (tokens,)."""

    loss: Tensor
    is_clipped: Tensor


def policy_loss(logprobs: Tensor, old: Tensor, advantages: Tensor, clip_range: float) -> Clipped:
    """The clipped surrogate (arXiv 1707.06347, equation 7), negated.

    Args:
        logprobs: of the tokens under the policy that learns, in nats.
        old: of the same tokens under the policy that sampled them.
        advantages: of the tokens.
        clip_range: ratios of probabilities beyond 1 ± this earn nothing more.
    """
    ratio = (logprobs - old).exp()
    free = -advantages * ratio
    held = -advantages * ratio.clamp(1 - clip_range, 1 + clip_range)
    return Clipped(torch.maximum(free, held), held > free)


def value_loss(values: Tensor, old: Tensor, returns: Tensor, clip_range: float) -> Clipped:
    """Half the squared error of the values, which clipping keeps from moving far in an update.

    The clipped variant of OpenAI's PPO2; the paper itself does not clip values.

    Args:
        values: by the value head that learns.
        old: by the one that saw the rollout.
        returns: what the values should have been.
        clip_range: how far values may move from the old ones.
    """
    held_values = old + (values - old).clamp(-clip_range, clip_range)
    free, held = (values - returns).square(), (held_values - returns).square()
    return Clipped(0.5 * torch.maximum(free, held), held > free)
