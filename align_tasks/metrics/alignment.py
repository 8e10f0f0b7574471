"""Which of two cultures a model's answers to an item are nearer to."""

from __future__ import annotations

import math

_ROUNDING = 1e-12


def aligned(distance_own: float, distance_other: float) -> float:
    """1.0 when the model is nearer to its own culture, 0.0 when nearer to the other, 0.5 when tied.

    The mean over items is the share of items aligned with the own culture; the paper (arXiv 2508.13426)
    reports it as a number of 50 items. Distances that differ by less than rounding (1e-12) are tied, and a
    tie counts half for either side, so that both shares sum to 1; the authors count a tie for neither.

    Args:
        distance_own: distance to the culture that the item is scored for, at least 0.
        distance_other: distance to the other culture, at least 0.

    Raises:
        ValueError: a distance that is negative or not a number.
    """
    if not (distance_own >= 0 and distance_other >= 0):
        raise ValueError(f"distances must be at least 0: {distance_own}, {distance_other}")
    if math.isclose(distance_own, distance_other, rel_tol=0, abs_tol=_ROUNDING):
        return 0.5
    return 1.0 if distance_own < distance_other else 0.0
