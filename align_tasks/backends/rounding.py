"""Whether log-likelihoods that were computed in two ways differ by rounding only."""

from __future__ import annotations

from collections.abc import Sequence

import torch

IN_FLOAT32 = 1e-3  # nats a token
MEAN, MOST = 16, 64  # likewise in fewer bits, as multiples of the number format's epsilon


def is_rounding(apart: Sequence[float], dtype: torch.dtype) -> bool:
    """Whether differences are no larger than those that rounding makes.

    In bfloat16 logits between 16 and 32 are rounded to eighths, so that answers differ by 0.03 to 0.08 on
    average, and now and then by 0.3. Texts read with a wrong mask or wrong positions differ by 0.23 and more
    on average.

    Args:
        apart: how far the log-likelihoods of some texts differ, in nats a token.
        dtype: in which the model computes.
    """
    epsilon = torch.finfo(dtype).eps
    most, mean = max(IN_FLOAT32, MOST * epsilon), max(IN_FLOAT32, MEAN * epsilon)
    return max(apart) <= most and sum(apart) / len(apart) <= mean
