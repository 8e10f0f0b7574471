"""Distances between answer distributions, all in [0, 1], and the softmax that makes a model's.

Every distance takes two arrays of shape (..., options), broadcasts the leading axes and returns their shape:
a number for two vectors, an array otherwise. Rows may miss a sum of 1 by 1e-6 and are rescaled. All raise
ValueError, with the shapes or values, for unequal option counts (never cut to the shorter), negative or
non-finite values, rows that sum to something else, and empty input.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from align_tasks.metrics.checks import FloatArray, distribution_pair
from align_tasks.scale import Scale

Distances: TypeAlias = np.float64 | FloatArray
"""One number for two vectors, else an array of the broadcast leading shape."""


def jensen_shannon_divergence(p: npt.ArrayLike, q: npt.ArrayLike) -> Distances:
    """Jensen-Shannon divergence in bits: 0 for equal distributions, 1 for disjoint ones (Lin, 1991).

    The mean of KL(p‖m) and KL(q‖m) with m = (p + q) / 2 and logarithms to base 2. It is computed from
    d = (p - q) / (p + q), so that p = m(1 + d) and q = m(1 - d): the textbook sum loses all its digits when
    p and q are close, down to a negative number whose root is NaN.

    Args:
        p, q: shape (..., options), probabilities.

    Raises:
        ValueError: see the module.
    """
    p, q = distribution_pair(p, q)
    total = p + q
    d = np.divide(p - q, total, out=np.zeros_like(total), where=total > 0)
    nats = 0.25 * (total * (special.xlog1py(1 + d, d) + special.xlog1py(1 - d, -d))).sum(axis=-1)
    return _within_unit(nats / np.log(2))


def jensen_shannon_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> Distances:
    """Square root of the Jensen-Shannon divergence to base 2, in [0, 1]: a metric.

    That the root obeys the triangle inequality is due to Endres & Schindelin (2003). This is what the tasks
    report as ``jsd``. With natural logarithms, as in one module of the authors of arXiv 2508.13426, every
    value is smaller by the factor sqrt(ln 2) = 0.83.

    Args:
        p, q: shape (..., options), probabilities.

    Raises:
        ValueError: see the module.
    """
    root: Distances = np.sqrt(jensen_shannon_divergence(p, q))
    return root


def earth_movers_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> Distances:
    """Earth mover's distance over the options' ranks, divided by (options - 1), in [0, 1].

    The least mean distance over which probability must move to turn p into q (Rubner et al., 2000), where
    neighbouring options are one step apart: 1 when all of it moves from the first option to the last. For
    ordinal items only. With a single option there is nowhere to move: 0.

    Args:
        p, q: shape (..., options), probabilities in the order of the scale.

    Raises:
        ValueError: see the module.
    """
    p, q = distribution_pair(p, q)
    steps = max(p.shape[-1] - 1, 1)
    return _within_unit(np.abs(np.cumsum(p - q, axis=-1)[..., :-1]).sum(axis=-1) / steps)


def total_variation(p: npt.ArrayLike, q: npt.ArrayLike) -> Distances:
    """Half the sum of absolute differences, in [0, 1].

    It is the earth mover's distance when any two options are 1 apart, hence the form for nominal items.

    Args:
        p, q: shape (..., options), probabilities.

    Raises:
        ValueError: see the module.
    """
    p, q = distribution_pair(p, q)
    return _within_unit(0.5 * np.abs(p - q).sum(axis=-1))


def transport_distance(p: npt.ArrayLike, q: npt.ArrayLike, scale: Scale) -> Distances:
    """`earth_movers_distance` for ordinal items, `total_variation` for nominal ones, in [0, 1].

    Args:
        p, q: shape (..., options), probabilities; all items on the same kind of scale.
        scale: ``"ordinal"`` or ``"nominal"``.

    Raises:
        ValueError: another scale; and see the module.
    """
    if scale == "ordinal":
        return earth_movers_distance(p, q)
    if scale == "nominal":
        return total_variation(p, q)
    raise ValueError(f'scale must be "ordinal" or "nominal", not {scale!r}')


def answer_distance(p: npt.ArrayLike, q: npt.ArrayLike, scale: Scale) -> Distances:
    """Mean of the Jensen-Shannon distance (base 2) and the transport distance, in [0, 1].

    By this mean arXiv 2508.13426 picks its tension items, and decides which country a model is nearer to.
    Their code passes the wrong arguments to SciPy (`paper_tension_distance`); here the transport half is the
    earth mover's distance that the paper describes, and for nominal items, whose options have no order, the
    total variation.

    Args:
        p, q: shape (..., options), probabilities; all items on the same kind of scale.
        scale: ``"ordinal"`` or ``"nominal"``.

    Raises:
        ValueError: another scale; and see the module.
    """
    return 0.5 * jensen_shannon_distance(p, q) + 0.5 * transport_distance(p, q, scale)


def paper_tension_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> Distances:
    """The tension distance as the authors of arXiv 2508.13426 computed it, for comparison only, in [0, 1].

    Half the Jensen-Shannon distance (theirs is base 2 here) and half
    ``scipy.stats.wasserstein_distance(p, q) / (options - 1)``. Called so, SciPy takes the probabilities as
    two *samples*: the result is the mean difference of the sorted probabilities, it does not change when the
    options of p or q are shuffled, and it is at most 2 / options**2, so that on long scales the first half
    decides alone. Use `answer_distance` for anything but reproducing their set of items.

    Args:
        p, q: shape (..., options), probabilities.

    Raises:
        ValueError: see the module; the authors cut unequal vectors to the shorter one instead.
    """
    p, q = distribution_pair(p, q)
    steps = max(p.shape[-1] - 1, 1)
    as_samples = np.abs(np.sort(p, axis=-1) - np.sort(q, axis=-1)).mean(axis=-1)
    return 0.5 * jensen_shannon_distance(p, q) + 0.5 * _within_unit(as_samples / steps)


def softmax(log_likelihoods: npt.ArrayLike) -> FloatArray:
    """A model's answer distribution: its options' likelihoods, divided by their sum.

    The exact limit of sampling among the options only, without sampling noise, and safe for log-likelihoods
    of any size.

    Args:
        log_likelihoods: shape (..., options), natural logarithms; -inf is an impossible option.

    Returns:
        The same shape; every row sums to 1.

    Raises:
        ValueError: empty, NaN or +inf, or a row in which every option is impossible.
    """
    logs = np.asarray(log_likelihoods, dtype=np.float64)
    if logs.ndim == 0 or logs.size == 0:
        raise ValueError(f"log-likelihoods are empty or no vector: shape {logs.shape}")
    if np.isnan(logs).any() or np.isposinf(logs).any():
        raise ValueError(f"log-likelihoods hold NaN or +inf: {logs[~(logs < np.inf)][:3]}")
    if np.isneginf(logs).all(axis=-1).any():
        raise ValueError(f"every option of a row has log-likelihood -inf (shape {logs.shape})")
    return np.asarray(special.softmax(logs, axis=-1))


def _within_unit(distances: Distances) -> Distances:
    """Rounding can leave [0, 1] by the last bit; `x[()]` turns a 0-d array into a number."""
    clipped: Distances = np.clip(distances, 0.0, 1.0)[()]
    return clipped
