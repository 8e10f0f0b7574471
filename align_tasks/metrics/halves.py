"""Dealing answers at random into two halves."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]


def deal_halves(counts: npt.ArrayLike, *, splits: int, seed: int) -> tuple[IntArray, IntArray]:
    """Split answers at random into two halves, many times: a multivariate hypergeometric draw.

    Every answer is equally likely to fall into either half. Of an odd number the second half gets one more.

    Args:
        counts: shape (kinds,), how often each kind of answer was given; at least 2 in all.
        splits: number of splits, at least 1.
        seed: of numpy's default generator, whose stream may change between numpy versions.

    Returns:
        Two arrays of counts, shape (splits, kinds); they sum to `counts` in every split.

    Raises:
        ValueError: not a vector of whole numbers from 0 on, fewer than 2 answers, or `splits` below 1.
    """
    whole = np.asarray(counts)
    if whole.ndim != 1 or (whole.size and whole.dtype.kind not in "iu") or (whole < 0).any():
        raise ValueError(f"counts must be a vector of whole numbers from 0 on: {whole.dtype}, {whole}")
    answers = int(whole.sum())
    if answers < 2:
        raise ValueError(f"two halves need at least 2 answers, not {answers}")
    if splits < 1:
        raise ValueError(f"splits must be at least 1, not {splits}")
    deal = np.random.default_rng(seed).multivariate_hypergeometric
    one = np.asarray(deal(whole, answers // 2, size=splits), dtype=np.int64)
    return one, np.asarray(whole - one, dtype=np.int64)
