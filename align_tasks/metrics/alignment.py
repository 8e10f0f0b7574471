"""Which of two cultures a model's answers to an item are nearer to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ROUNDING = 1e-12
"""Distances that differ by no more than this differ by rounding only."""


def tied(distances: npt.ArrayLike, others: npt.ArrayLike) -> np.bool_ | npt.NDArray[np.bool_]:
    """Whether distances are equal but for rounding: they differ by no more than `ROUNDING`.

    Distances that are equal on paper rarely are in floating point: the same terms, summed in another order,
    differ in their last digits. Whoever compares distances asks this first, and whether one is less after it.

    Args:
        distances, others: numbers, or arrays whose shapes broadcast.

    Returns:
        A truth value for two numbers, an array of the broadcast shape otherwise; False where either is not a
        number.
    """
    return np.isclose(distances, others, rtol=0, atol=ROUNDING)


def aligned(distance_own: float, distance_other: float) -> float:
    """1.0 when the model is nearer to its own culture, 0.0 when nearer to the other, 0.5 when tied.

    The mean over items is the share of items aligned with the own culture; the paper (arXiv 2508.13426)
    reports it as a number of 50 items. A tie (`tied`) counts half for either side, so that both shares sum
    to 1; the authors count a tie for neither.

    Args:
        distance_own: distance to the culture that the item is scored for, at least 0.
        distance_other: distance to the other culture, at least 0.

    Raises:
        ValueError: a distance that is negative or not a number.
    """
    if not (distance_own >= 0 and distance_other >= 0):
        raise ValueError(f"distances must be at least 0: {distance_own}, {distance_other}")
    if tied(distance_own, distance_other):
        return 0.5
    return 1.0 if distance_own < distance_other else 0.0
