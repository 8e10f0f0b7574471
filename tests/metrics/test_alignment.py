from __future__ import annotations

import math

import numpy as np
import pytest

import align_tasks.metrics as metrics
from align_tasks.metrics import aligned, jensen_shannon_distance
from align_tasks.metrics.alignment import tied


def test_aligned() -> None:
    assert aligned(0.2, 0.3) == 1.0
    assert aligned(0.3, 0.2) == 0.0
    assert aligned(0.3, 0.3 - 1e-9) == 0.0


def test_a_tie_counts_half_for_either_side_even_when_sums_round_differently() -> None:
    assert aligned(0.25, 0.25) == 0.5
    assert aligned(0, 0) == 0.5
    assert 0.1 + 0.2 != 0.3
    assert aligned(0.1 + 0.2, 0.3) == 0.5


def test_distances_are_tied_up_to_rounding_and_no_further() -> None:
    assert 0.1 + 0.2 != 0.3
    assert tied(0.1 + 0.2, 0.3)
    assert tied(0.5, 0.5 + 5e-13)
    assert not tied(0.5, 0.5 + 5e-12)
    assert not tied(0, 5e-12)


def test_many_distances_are_compared_at_once_each_with_its_own() -> None:
    assert tied([0.1 + 0.2, 0.3, 0.4], 0.3).tolist() == [True, True, False]
    assert tied([[0.1], [0.2]], [0.1, 0.2]).tolist() == [[True, False], [False, True]]


def test_what_is_no_number_is_tied_with_nothing() -> None:
    assert tied([math.nan, math.nan, 0.5], [math.nan, 0.5, 0.5]).tolist() == [False, False, True]


def test_a_distribution_and_its_mirror_image_are_equally_far_from_equal_probabilities() -> None:
    shares = np.random.default_rng(7).dirichlet([0.5] * 7, size=500)
    uniform = np.full(7, 1 / 7)
    one, other = jensen_shannon_distance(uniform, shares), jensen_shannon_distance(uniform, shares[:, ::-1])
    assert np.any(one != other), "rounding, which the tolerance is for"
    assert np.all(tied(one, other))
    assert {aligned(*pair) for pair in zip(one, other, strict=True)} == {0.5}


@pytest.mark.parametrize(("own", "other"), [(math.nan, 0.5), (0.5, math.nan), (-0.1, 0.5), (0.5, -0.1)])
def test_refuses_what_is_no_distance(own: float, other: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        aligned(own, other)


def test_every_public_name_is_there_and_documented() -> None:
    for name in metrics.__all__:
        assert getattr(metrics, name).__doc__
