"""Rank correlations: of any two series, and of a model's ordering of candidates with their strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from align_tasks.metrics.checks import FloatArray


def spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Spearman's rank correlation with average ranks for ties, in [-1, 1] (Spearman, 1904).

    Equal to ``scipy.stats.spearmanr(x, y).statistic``, except that a constant series, where the coefficient
    is undefined, gives 0.0 by convention: it says nothing about the order, for or against.

    Args:
        x, y: shape (n,), n at least 2; infinite values rank as such.

    Raises:
        ValueError: not two vectors of one length of at least 2, or NaN.
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape or first.size < 2:
        raise ValueError(f"expected two vectors of one length of at least 2: {first.shape}, {second.shape}")
    if np.isnan(first).any() or np.isnan(second).any():
        raise ValueError("NaN has no rank")
    return float(row_spearman(first, second))


def row_spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
    """`spearman` of each row of two arrays of shape (..., n); a row that is constant gives 0.0."""
    a, b = (stats.rankdata(values, axis=-1) for values in (x, y))
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    spread = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    together: FloatArray = (a * b).sum(axis=-1)
    correlation: FloatArray = np.divide(together, spread, out=np.zeros_like(together), where=spread > 0)
    return correlation


def ranking_correlation(ordered: Sequence[str], strengths: Mapping[str, float]) -> float:
    """Spearman between the order in which a model puts candidates and their strengths, in [-1, 1].

    Candidates that the model left out tie on the last rank. Words that are no candidates, and repeats after
    the first, are ignored. An answer with no candidate in it gives 0.0: it ranks nothing, which is not the
    same as ranking backwards; report how often that happens as the invalid rate.

    Args:
        ordered: the model's words, strongest first, normalised like the candidates; may be empty.
        strengths: strength of each candidate, at least 2 of them.

    Raises:
        ValueError: fewer than 2 candidates, or a strength that is NaN.
    """
    position = {word: place for place, word in enumerate(dict.fromkeys(ordered))}
    nearness = [-position.get(word, len(position)) for word in strengths]
    return spearman(nearness, list(strengths.values()))


def paper_ranking_correlation(ordered: Sequence[str], strengths: Mapping[str, float]) -> float:
    """The ranking score as the authors of arXiv 2508.13426 computed it, for comparison only, in [-1, 1].

    -1 when nothing was recognised, or when repeats make the answer longer than the candidate list. Equal to
    `ranking_correlation` when every candidate is listed once and no strengths tie. Otherwise it differs: the
    *true* ranks of the words listed, filled up with the rank after the last, are correlated with 1, 2, ...,
    n, so that of a partial answer only the order within it counts, not which candidates it left out; and
    tied strengths rank in the order in which they are given.

    Args:
        ordered: the model's words, strongest first, normalised like the candidates; empty when the answer
            could not be parsed.
        strengths: strength of each candidate, at least 2 of them.

    Raises:
        ValueError: fewer than 2 candidates.
    """
    if len(strengths) < 2:
        raise ValueError(f"a ranking needs at least 2 candidates, not {len(strengths)}")
    truth = sorted(strengths, key=lambda word: -strengths[word])
    rank = {word: place for place, word in enumerate(truth, start=1)}
    listed = [rank[word] for word in ordered if word in rank]
    filled = listed + [len(truth) + 1] * (len(truth) - len(listed))
    if len(filled) > len(truth) or len(set(filled)) == 1:
        return -1.0
    return spearman(filled, list(rank.values()))
