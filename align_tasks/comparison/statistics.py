"""Intervals, tests and ranks of models that were evaluated on the same rows, by numpy.

Rows that belong together, such as a survey item in two languages, are drawn together (cluster bootstrap). All
models share each draw, so that what one item does to all of them cancels out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

Numbers = NDArray[np.float64]

LEVEL = 0.95
AT_ONCE = 2**22  # drawn numbers, which bounds the memory
SEED = 0


@dataclass(frozen=True)
class Interval:
    """Where a figure lies, at a level of 95%."""

    low: float
    high: float


@dataclass(frozen=True)
class Sums:
    """Figures of rows, added up over the rows that belong together.

    Attributes:
        totals: shape (parts, models), the sum over the rows of a part that have the figure.
        counts: shape (parts, models), how many these are.
    """

    totals: Numbers
    counts: Numbers

    @property
    def means(self) -> Numbers:
        """Mean over all rows, shape (models,)."""
        means: Numbers = self.totals.sum(axis=0) / self.counts.sum(axis=0)
        return means


def sums_of(figures: Numbers, parts: Sequence[str]) -> Sums:
    """Add up figures of shape (rows, models), NaN where a row has none, over the rows of each part."""
    names, index = np.unique(np.asarray(parts), return_inverse=True)
    belongs = sparse.csr_array(
        (np.ones(len(index)), (index, np.arange(len(index)))), (len(names), len(index))
    )
    has = np.isfinite(figures)
    return Sums(belongs @ np.where(has, figures, 0.0), belongs @ has.astype(float))


def bootstrap_means(sums: Sums, draws: int, seed: int = SEED) -> Numbers:
    """Means over parts drawn with repetition (Efron 1979), the same parts for every model.

    Returns:
        Shape (draws, models); NaN in a draw without any row that has the figure.
    """
    found = []
    for weights in _drawn_parts(len(sums.totals), draws, seed):
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append((weights @ sums.totals) / (weights @ sums.counts))
    return np.concatenate(found)


def _chunks(draws: int, parts: int) -> Iterator[int]:
    """How many draws to make at once, until all are made."""
    most = max(1, AT_ONCE // parts)
    yield from [most] * (draws // most)
    if draws % most:
        yield draws % most


def _drawn_parts(parts: int, draws: int, seed: int) -> Iterator[Numbers]:
    """How often each part was drawn, shape (some draws, parts)."""
    random = np.random.default_rng(seed)
    for rows in _chunks(draws, parts):
        drawn = random.integers(parts, size=(rows, parts)) + parts * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * parts).reshape(rows, parts).astype(float)


def percentile_interval(draws: Numbers, parts: int) -> list[Interval]:
    """The expanded percentile interval of each column of bootstrap draws (Hesterberg 2015, section 5.3).

    Plain percentiles are too narrow for few parts; their levels are moved out by as much as a t interval is
    wider than a normal one with the divisor n.

    Args:
        draws: shape (draws, models).
        parts: number of parts that were drawn from.
    """
    if parts < 2:
        return [Interval(-np.inf, np.inf)] * draws.shape[1]
    widened = np.sqrt(parts / (parts - 1)) * stats.t.ppf((1 - LEVEL) / 2, parts - 1)
    tail = float(stats.norm.cdf(widened))
    low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def permutation_p_values(differences: Sums, draws: int, seed: int = SEED) -> Numbers:
    """Two-sided p-values of mean differences, by flipping the signs of whole parts (Fisher 1935).

    Under the null hypothesis a model and its baseline could change places on any part. With few parts all
    2^parts flips are made; else p is (1 + flips at least as far) / (1 + flips), and never 0 (Phipson and
    Smyth 2010).

    Args:
        differences: of each model to the baseline.
        draws: random flips.

    Returns:
        Shape (models,).
    """
    totals = differences.totals
    parts = len(totals)
    observed = np.abs(totals.sum(axis=0))
    slack = 1e-9 * np.abs(totals).sum(axis=0)  # sums in another order differ in their last digits
    if 2**parts <= draws:
        flips = 1.0 - 2.0 * (np.arange(2**parts)[:, None] >> np.arange(parts) & 1)
        exact: Numbers = (np.abs(flips @ totals) >= observed - slack).mean(axis=0)
        return exact
    random = np.random.default_rng(seed)
    as_far = np.zeros(totals.shape[1])
    for rows in _chunks(draws, parts):
        flips = 2.0 * random.integers(2, size=(rows, parts)) - 1.0
        as_far += (np.abs(flips @ totals) >= observed - slack).sum(axis=0)
    found: Numbers = (1 + as_far) / (1 + draws)
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for their number, so that the chance of any false positive is kept (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values, dtype=float)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(p_values) else steps
    return [float(p) for p in corrected]


def effect_size(differences: Sums) -> Numbers:
    """Mean difference in standard deviations of the differences (Cohen's d_z; Lakens 2013, equation 6).

    Returns:
        Shape (models,); 0 where nothing differs, infinite where all parts differ by as much, NaN of one part.
    """
    if len(differences.totals) < 2:
        return np.full(differences.totals.shape[1], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = differences.totals / differences.counts
        means = np.nanmean(each, axis=0)
        found = means / np.nanstd(each, axis=0, ddof=1)
    return np.where(means == 0, 0.0, found)


def rank_intervals(means: Numbers, draws: Numbers, *, higher_is_better: bool) -> list[tuple[int, int, int]]:
    """Rank of each model, 1 for the best, and between which ranks it lies in 95% of the draws.

    Args:
        means: shape (models,).
        draws: bootstrap means of shape (draws, models).

    Returns:
        Rank, lowest and highest rank of each; models with equal figures share the better rank.
    """
    sign = -1.0 if higher_is_better else 1.0
    ranks = stats.rankdata(sign * means, method="min")
    drawn = stats.rankdata(sign * draws, method="min", axis=1)
    tail = (1 - LEVEL) / 2
    low = np.quantile(drawn, tail, axis=0, method="inverted_cdf")
    high = np.quantile(drawn, 1 - tail, axis=0, method="inverted_cdf")
    return [(int(r), int(a), int(b)) for r, a, b in zip(ranks, low, high, strict=True)]


@dataclass(frozen=True)
class Estimate:
    """A mean over parts and seeds, with what it may be off by.

    Attributes:
        value: the mean.
        variance: of the mean.
        freedom: degrees of freedom of the variance.
    """

    value: float
    variance: float
    freedom: float

    @property
    def interval(self) -> Interval:
        """By Student's t."""
        half = float(stats.t.ppf((1 + LEVEL) / 2, self.freedom) * np.sqrt(self.variance))
        return Interval(self.value - half, self.value + half)

    @property
    def p_value(self) -> float:
        """Two-sided, of the value being 0."""
        if self.variance == 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2 * stats.t.sf(abs(self.value) / np.sqrt(self.variance), self.freedom))


def over_seeds(groups: Sequence[Numbers]) -> Estimate:
    """Mean over parts and seeds of one group, or the difference of the means of two groups on the same parts.

    Parts and seeds are both drawn from more that there could be, crossed: every seed answers every part. The
    variance of the mean is that of the parts' means over the parts, and for each group with several seeds
    that of the seeds beyond what the parts explain, over the seeds (Brennan 2001, Generalizability Theory,
    chapter 2); degrees of freedom by Satterthwaite (1946).

    Args:
        groups: shape (parts, seeds) each; the second is subtracted from the first.
    """
    signs = (1.0, -1.0)[: len(groups)]
    of_parts = sum(sign * group.mean(axis=1) for sign, group in zip(signs, groups, strict=True))
    parts = len(of_parts)
    pieces = [(float(np.var(of_parts, ddof=1)) / parts, parts - 1)]
    pieces += [
        (_variance_of_seeds(group) / group.shape[1], group.shape[1] - 1)
        for group in groups
        if group.shape[1] > 1
    ]
    variance = sum(size for size, _ in pieces)
    squares = sum(size**2 / freedom for size, freedom in pieces)
    return Estimate(float(np.mean(of_parts)), variance, variance**2 / squares if squares else parts - 1)


def _variance_of_seeds(group: Numbers) -> float:
    """Variance between seeds beyond what comes of the parts; shape (parts, seeds)."""
    rest = group - group.mean(axis=1, keepdims=True) - group.mean(axis=0) + group.mean()
    parts, seeds = group.shape
    mean_square_rest = float((rest**2).sum()) / ((parts - 1) * (seeds - 1))
    beyond: float = np.var(group.mean(axis=0), ddof=1) - mean_square_rest / parts
    return max(0.0, float(beyond))
