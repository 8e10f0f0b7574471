"""What every distance refuses before it computes anything."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]

TOLERANCE = 1e-6
"""How far from 1 the sum of a distribution may be (shares are published rounded)."""


def distributions(name: str, values: npt.ArrayLike) -> FloatArray:
    """Check an array of distributions and make every row sum to 1.

    Args:
        name: what the messages call it.
        values: shape (..., options), probabilities.

    Returns:
        The same as float64, each row divided by its sum.

    Raises:
        ValueError: no vector, empty, not finite, negative, or a sum further than 1e-6 from 1.
    """
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim == 0 or rows.size == 0:
        raise ValueError(f"{name} is empty or no vector: shape {rows.shape}, expected (..., options)")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} holds values that are not finite: {rows[~np.isfinite(rows)][:3]}")
    if (rows < 0).any():
        raise ValueError(f"{name} holds a negative probability: {rows.min()}")
    sums = rows.sum(axis=-1, keepdims=True)
    worst = float(sums.flat[np.abs(sums - 1).argmax()])
    if abs(worst - 1) > TOLERANCE:
        raise ValueError(f"{name} has a row that sums to {worst:.9g}, not 1 (shape {rows.shape})")
    return np.asarray(rows / sums)


def distribution_pair(p: npt.ArrayLike, q: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check two arrays of distributions over the same options.

    Args:
        p, q: shape (..., options), probabilities; the leading axes broadcast.

    Returns:
        Both as `distributions` returns them.

    Raises:
        ValueError: as `distributions`; option counts differ; leading axes do not broadcast.
    """
    first, second = distributions("p", p), distributions("q", q)
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(
            f"p has {first.shape[-1]} options and q has {second.shape[-1]} (shapes {first.shape} and "
            f"{second.shape}): only distributions over the same options can be compared"
        )
    try:
        np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise ValueError(f"shapes {first.shape} and {second.shape} do not broadcast") from None
    return first, second
