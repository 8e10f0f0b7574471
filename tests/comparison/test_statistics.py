"""Intervals, tests and ranks beside scipy, worked cases, and simulations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from align_tasks.comparison.statistics import (
    bootstrap_means,
    effect_size,
    holm,
    over_seeds,
    percentile_interval,
    permutation_p_values,
    rank_intervals,
    sums_of,
)


def _own(count: int) -> list[str]:
    """Parts of which every row is its own."""
    return [f"{number:05}" for number in range(count)]


def test_sums_of_rows_that_belong_together() -> None:
    figures = np.array([[1.0, 10.0], [2.0, np.nan], [4.0, 40.0]])
    sums = sums_of(figures, ["a", "b", "a"])
    assert sums.totals.tolist() == [[5.0, 50.0], [2.0, 0.0]]
    assert sums.counts.tolist() == [[2.0, 2.0], [1.0, 0.0]]
    assert sums.means.tolist() == pytest.approx([7 / 3, 25.0])


def test_bootstrap_intervals_are_those_of_scipy() -> None:
    figures = np.random.default_rng(1).gamma(2.0, size=(400, 2))
    ours = percentile_interval(bootstrap_means(sums_of(figures, _own(400)), 20_000), 400)
    for column, found in zip(figures.T, ours, strict=True):
        theirs = stats.bootstrap((column,), np.mean, n_resamples=20_000, method="percentile", rng=2)
        width = theirs.confidence_interval.high - theirs.confidence_interval.low
        assert found.low == pytest.approx(theirs.confidence_interval.low, abs=0.03 * width)
        assert found.high == pytest.approx(theirs.confidence_interval.high, abs=0.03 * width)


def test_all_models_share_each_draw() -> None:
    figures = np.random.default_rng(1).random((50, 1))
    drawn = bootstrap_means(sums_of(np.hstack([figures, figures + 1]), _own(50)), 1000)
    assert np.ptp(drawn[:, 1] - drawn[:, 0]) < 1e-12


def test_rows_of_one_item_are_no_independent_ones() -> None:
    """Every row twice: the interval is that of the rows once, not narrower by the root of two."""
    column = np.random.default_rng(1).random((60, 1))
    once = percentile_interval(bootstrap_means(sums_of(column, _own(60)), 5000), 60)
    twice = percentile_interval(
        bootstrap_means(sums_of(np.repeat(column, 2, 0), np.repeat(_own(60), 2)), 5000), 60
    )
    assert twice == once


def test_few_items_have_intervals_as_wide_as_those_of_students_t() -> None:
    column = np.random.default_rng(3).normal(size=(10, 1))
    (found,) = percentile_interval(bootstrap_means(sums_of(column, _own(10)), 40_000), 10)
    expected = stats.t.interval(0.95, 9, column.mean(), stats.sem(column[:, 0]))
    assert found.high - found.low == pytest.approx(expected[1] - expected[0], rel=0.06)


def test_one_item_says_nothing_of_others() -> None:
    (found,) = percentile_interval(bootstrap_means(sums_of(np.array([[0.5]]), ["a"]), 100), 1)
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_exact_p_values_are_those_of_scipy() -> None:
    differences = np.random.default_rng(1).normal(0.4, 1.0, size=(12, 3))
    ours = permutation_p_values(sums_of(differences, _own(12)), 10_000)
    for column, found in zip(differences.T, ours, strict=True):
        theirs = stats.permutation_test((column,), np.mean, permutation_type="samples", n_resamples=np.inf)
        assert found == pytest.approx(theirs.pvalue)


def test_random_p_values_are_those_of_scipy() -> None:
    differences = np.random.default_rng(2).normal(0.1, 1.0, size=(300, 3))
    ours = permutation_p_values(sums_of(differences, _own(300)), 20_000)
    for column, found in zip(differences.T, ours, strict=True):
        theirs = stats.permutation_test(
            (column,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(5)
        )
        assert found == pytest.approx(theirs.pvalue, abs=0.012)


def test_differences_of_zero_and_one_are_not_nearer_by_rounding() -> None:
    """Most flips give exactly the observed sum: all of them count as at least as far."""
    differences = np.array([[0.1], [0.2], [0.3]])
    assert permutation_p_values(sums_of(differences, _own(3)), 100).tolist() == [0.25]


def test_holms_correction_of_a_worked_case() -> None:
    """0.01 x 4, 0.02 x 3 and 0.03 x 2 meet, 0.04 x 1 is held up to these."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_effect_size_of_a_worked_case() -> None:
    """Differences 1, 2, 3: mean 2, standard deviation 1."""
    assert effect_size(sums_of(np.array([[1.0], [2.0], [3.0]]), _own(3))).tolist() == [2.0]
    assert effect_size(sums_of(np.zeros((3, 1)), _own(3))).tolist() == [0.0]
    assert np.isnan(effect_size(sums_of(np.ones((1, 1)), _own(1)))).all()


def test_ranks_of_a_clear_case_and_of_a_tie() -> None:
    figures = np.random.default_rng(1).normal(size=(200, 1)) + np.array([[0.0, 3.0, 3.0]])
    sums = sums_of(figures, _own(200))
    drawn = bootstrap_means(sums, 500)
    assert rank_intervals(sums.means, drawn, higher_is_better=True) == [(3, 3, 3), (1, 1, 1), (1, 1, 1)]
    assert rank_intervals(sums.means, drawn, higher_is_better=False) == [(1, 1, 1), (2, 2, 2), (2, 2, 2)]


def test_models_that_differ_by_noise_share_their_ranks() -> None:
    figures = np.random.default_rng(1).normal(size=(100, 4))
    sums = sums_of(figures, _own(100))
    ranks = rank_intervals(sums.means, bootstrap_means(sums, 2000), higher_is_better=True)
    assert all(high > low for _, low, high in ranks)
    assert sorted(rank for rank, _, _ in ranks) == [1, 2, 3, 4]


def test_a_single_seed_has_the_interval_of_students_t() -> None:
    column = np.random.default_rng(1).normal(size=(40, 1))
    found = over_seeds([column])
    expected = stats.ttest_1samp(column[:, 0], 0.0)
    interval = expected.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(expected.pvalue)


def test_seeds_alone_have_the_interval_of_students_t_over_them() -> None:
    """Where items do not differ, what is unknown is which seeds there might be."""
    seeds = np.array([0.1, 0.2, 0.4])
    found = over_seeds([np.tile(seeds, (50, 1))])
    expected = stats.t.interval(0.95, 2, seeds.mean(), stats.sem(seeds))
    assert (found.interval.low, found.interval.high) == pytest.approx(expected)


def _covers(random: np.random.Generator, items: int, seeds: int, of_seed: float) -> bool:
    """Whether the interval of a difference holds the true one of 0.1, items, seeds and noise being drawn."""
    noise = random.normal(scale=0.3, size=(items, seeds))
    model = 0.1 + random.normal(scale=0.2, size=(items, 1)) + random.normal(scale=of_seed, size=seeds) + noise
    base = random.normal(scale=0.2, size=(items, 1))
    interval = over_seeds([model, base]).interval
    return bool(interval.low <= 0.1 <= interval.high)


@pytest.mark.parametrize(("seeds", "of_seed"), [(3, 0.0), (3, 0.02), (5, 0.1)])
def test_intervals_over_seeds_hold_the_truth_as_often_as_they_say(seeds: int, of_seed: float) -> None:
    random = np.random.default_rng(11)
    held = np.mean([_covers(random, 100, seeds, of_seed) for _ in range(1000)])
    assert 0.93 <= held <= 0.985


@pytest.mark.parametrize("items", [50, 400])
def test_intervals_of_changes_hold_the_truth_in_95_of_100_comparisons(items: int) -> None:
    """P@5 of two models: fifths, skewed, and alike on the same cue; the true change is 0.06."""
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(1000):
        ease = random.beta(2, 4, size=(items, 1))
        found = random.binomial(5, np.hstack([0.8 * ease, 0.8 * ease + 0.06])) / 5
        sums = sums_of(found[:, [1]] - found[:, [0]], _own(items))
        (interval,) = percentile_interval(
            bootstrap_means(sums, 1000, seed=int(random.integers(2**31))), items
        )
        hits += interval.low <= 0.06 <= interval.high
    assert 930 <= hits <= 970


def test_without_an_effect_no_more_than_one_in_twenty_leaderboards_shows_one() -> None:
    """Nineteen models, none better than the baseline: how often the least corrected p is below 0.05."""
    random = np.random.default_rng(3)
    false = 0
    for _ in range(400):
        figures = random.beta(2, 4, size=(80, 1)) + random.normal(scale=0.2, size=(80, 20))
        differences = sums_of(figures[:, 1:] - figures[:, [0]], _own(80))
        p_values = permutation_p_values(differences, 2000, seed=int(random.integers(2**31)))
        false += min(holm(p_values.tolist())) < 0.05
    assert false / 400 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
