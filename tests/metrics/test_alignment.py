from __future__ import annotations

import math

import pytest

import align_tasks.metrics as metrics
from align_tasks.metrics import aligned, answer_distance, nearer


def test_distances_to_both() -> None:
    assert nearer([1, 0], [1, 0], [0, 1], "ordinal") == (0, 1)
    model, own, other = [0.2, 0.5, 0.3], [0.1, 0.5, 0.4], [0.6, 0.3, 0.1]
    expected = answer_distance(model, own, "ordinal"), answer_distance(model, other, "ordinal")
    assert nearer(model, own, other, "ordinal") == expected
    assert nearer(model, other, own, "ordinal") == expected[::-1]


def test_the_scale_can_decide() -> None:
    # from all on option 1 to own (.2, 0, .8): JS divergence 0.610, distance 0.781; transport 0.8 either way
    # to other (0, 1, 0): JS distance 1; one of two steps (0.5) if ordinal, 1 if nominal
    model, own, other = [1, 0, 0], [0.2, 0, 0.8], [0, 1, 0]
    ordinal, nominal = nearer(model, own, other, "ordinal"), nearer(model, own, other, "nominal")
    assert ordinal == pytest.approx((0.7905, 0.75), abs=1e-4)
    assert nominal == pytest.approx((0.7905, 1.0), abs=1e-4)
    assert (aligned(*ordinal), aligned(*nominal)) == (0.0, 1.0)


def test_one_item_at_a_time() -> None:
    with pytest.raises(ValueError, match=r"one item.*\(2,\)"):
        nearer([[1, 0], [0, 1]], [1, 0], [0, 1], "ordinal")
    with pytest.raises(ValueError, match=r"one item.*\(2,\)"):
        nearer([1, 0], [1, 0], [[0, 1], [1, 0]], "ordinal")


def test_aligned() -> None:
    assert aligned(0.2, 0.3) == 1.0
    assert aligned(0.3, 0.2) == 0.0
    assert aligned(0.3, 0.3 - 1e-9) == 0.0


def test_a_tie_counts_half_for_either_side_even_when_sums_round_differently() -> None:
    assert aligned(0.25, 0.25) == 0.5
    assert aligned(0, 0) == 0.5
    assert 0.1 + 0.2 != 0.3
    assert aligned(0.1 + 0.2, 0.3) == 0.5
    undecided, own = [0.2] * 5, [0.5, 0.07, 0.13, 0.23, 0.07]
    assert aligned(*nearer(undecided, own, own[::-1], "ordinal")) == 0.5


@pytest.mark.parametrize(("own", "other"), [(math.nan, 0.5), (0.5, math.nan), (-0.1, 0.5), (0.5, -0.1)])
def test_refuses_what_is_no_distance(own: float, other: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        aligned(own, other)


def test_every_public_name_is_there_and_documented() -> None:
    for name in metrics.__all__:
        assert getattr(metrics, name).__doc__ or name == "Scale"
