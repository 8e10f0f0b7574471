from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_tasks.metrics import (
    answer_distance,
    earth_movers_distance,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    paper_tension_distance,
    softmax,
    total_variation,
    transport_distance,
)

Vector = npt.NDArray[np.float64]


def ordinal_answer(p: Any, q: Any) -> Any:
    return answer_distance(p, q, "ordinal")


def nominal_answer(p: Any, q: Any) -> Any:
    return answer_distance(p, q, "nominal")


METRICS = [
    jensen_shannon_distance,
    earth_movers_distance,
    total_variation,
    ordinal_answer,
    nominal_answer,
]
DISTANCES = [*METRICS, jensen_shannon_divergence, paper_tension_distance]


@st.composite
def several(draw: st.DrawFn, how_many: int) -> list[Vector]:
    options = draw(st.integers(1, 10))
    counts = st.lists(st.integers(0, 20), min_size=options, max_size=options).filter(any)
    drawn = [np.array(draw(counts), dtype=float) for _ in range(how_many)]
    return [vector / vector.sum() for vector in drawn]


# by hand


def test_jensen_shannon_of_two_overlapping_halves() -> None:
    # m = (1/4, 1/2, 1/4); KL(p||m) = 1/2 log2(2) + 1/2 log2(1) = 1/2, and the same for q
    p, q = [0.5, 0.5, 0], [0, 0.5, 0.5]
    assert jensen_shannon_divergence(p, q) == pytest.approx(0.5, abs=1e-15)
    assert jensen_shannon_distance(p, q) == pytest.approx(math.sqrt(0.5), abs=1e-15)


def test_jensen_shannon_of_certain_and_undecided() -> None:
    # m = (3/4, 1/4); KL(p||m) = log2(4/3); KL(q||m) = 1/2 log2(2/3) + 1/2 log2(2)
    by_hand = (math.log2(4 / 3) + 0.5 * math.log2(2 / 3) + 0.5) / 2
    assert jensen_shannon_divergence([1, 0], [0.5, 0.5]) == pytest.approx(by_hand, abs=1e-15)


def test_earth_mover_counts_the_steps() -> None:
    # 0.2 goes from option 1 to option 4: 0.2 * 3 steps / 3 steps in all
    assert earth_movers_distance([0.5, 0.2, 0.2, 0.1], [0.3, 0.2, 0.2, 0.3]) == pytest.approx(0.2)
    # cumulative (0.5, 0.5, 1) and (0, 0.5, 1): 0.5 / 2
    assert earth_movers_distance([0.5, 0, 0.5], [0, 0.5, 0.5]) == pytest.approx(0.25)


def test_total_variation_by_hand() -> None:
    # (0.2 + 0 + 0 + 0.2) / 2
    assert total_variation([0.5, 0.2, 0.2, 0.1], [0.3, 0.2, 0.2, 0.3]) == pytest.approx(0.2)


def test_answer_distance_by_hand() -> None:
    p, q = [0.5, 0.5, 0], [0, 0.5, 0.5]
    # earth mover: cumulative (0.5, 1) and (0, 0.5): 1 / 2; total variation: (0.5 + 0 + 0.5) / 2
    assert answer_distance(p, q, "ordinal") == pytest.approx(0.5 * math.sqrt(0.5) + 0.5 * 0.5)
    # all of it moves one of three steps, or simply moves
    p, q = [1, 0, 0, 0], [0, 1, 0, 0]
    assert answer_distance(p, q, "ordinal") == pytest.approx(0.5 + 0.5 / 3)
    assert answer_distance(p, q, "nominal") == pytest.approx(1)


def test_paper_tension_distance_by_hand() -> None:
    # disjoint: JS distance 1; sorted both are (0, 0, 1): as samples they are alike
    assert paper_tension_distance([1, 0, 0], [0, 0, 1]) == pytest.approx(0.5)
    # sorted (0, 1) and (0.5, 0.5): mean difference 0.5, one step
    js = jensen_shannon_distance([0, 1], [0.5, 0.5])
    assert paper_tension_distance([0, 1], [0.5, 0.5]) == pytest.approx(0.5 * js + 0.25)


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_single_option_leaves_nothing_to_differ(distance: Callable[..., Any]) -> None:
    assert distance([1.0], [1.0]) == 0


@pytest.mark.parametrize("distance", METRICS)
def test_opposite_ends_are_exactly_one_apart(distance: Callable[..., Any]) -> None:
    assert distance([1, 0, 0, 0], [0, 0, 0, 1]) == 1


@pytest.mark.parametrize("distance", DISTANCES)
def test_rounding_never_leads_above_one(distance: Callable[..., Any]) -> None:
    low, high = np.random.default_rng(6).dirichlet(np.ones(5), (2, 5000))
    nothing = np.zeros_like(low)
    assert distance(np.hstack([low, nothing]), np.hstack([nothing, high])).max() <= 1
    assert distance([0.1] * 9 + [0.1, 0], [0.0] * 10 + [1]).max() <= 1


def test_close_distributions_keep_their_distance() -> None:
    # sum of delta**2 / (8 p ln 2) for q = p + delta: 2 * 1e-18 / (4 ln 2); the textbook sum gives 0 or NaN
    divergence = jensen_shannon_divergence([0.5, 0.5], [0.5 + 1e-9, 0.5 - 1e-9])
    assert divergence == pytest.approx(1e-18 / (2 * math.log(2)), rel=1e-6)


def test_no_close_pair_gives_nan() -> None:
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(5), 2000)
    q = p * (1 + 1e-9 * rng.standard_normal(p.shape))
    assert (jensen_shannon_distance(p, q / q.sum(axis=1, keepdims=True)) > 0).all()


# properties


@pytest.mark.parametrize("distance", DISTANCES)
@given(several(2))
@settings(deadline=None)
def test_symmetric_and_within_0_and_1(distance: Callable[..., Any], pair: list[Vector]) -> None:
    p, q = pair
    assert 0 <= distance(p, q) <= 1
    assert distance(p, q) == distance(q, p)


@pytest.mark.parametrize("distance", [*METRICS, jensen_shannon_divergence])
@given(several(2))
@settings(deadline=None)
def test_zero_exactly_when_equal(distance: Callable[..., Any], pair: list[Vector]) -> None:
    p, q = pair
    assert distance(p, p) == 0
    assert (distance(p, q) == 0) == np.array_equal(p, q)


@pytest.mark.parametrize("distance", METRICS)
@given(several(3))
@settings(deadline=None)
def test_triangle_inequality(distance: Callable[..., Any], three: list[Vector]) -> None:
    p, q, r = three
    assert distance(p, r) <= distance(p, q) + distance(q, r) + 1e-12


def test_the_divergence_itself_breaks_the_triangle_inequality() -> None:
    ends = [1, 0], [0.5, 0.5], [0, 1]
    detour = jensen_shannon_divergence(*ends[:2]) + jensen_shannon_divergence(*ends[1:])
    assert jensen_shannon_divergence(ends[0], ends[2]) > detour + 0.3


@given(several(2))
@settings(deadline=None)
def test_two_options_are_the_same_on_either_scale(pair: list[Vector]) -> None:
    p, q = ([vector[0], 1 - vector[0]] for vector in pair)
    assert transport_distance(p, q, "ordinal") == pytest.approx(transport_distance(p, q, "nominal"))


@given(several(2), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_nominal_ignores_the_order_of_options(pair: list[Vector], random: Any) -> None:
    p, q = pair
    order = list(range(len(p)))
    random.shuffle(order)
    assert nominal_answer(p[order], q[order]) == pytest.approx(nominal_answer(p, q), abs=1e-12)


# shapes


@pytest.mark.parametrize("distance", DISTANCES)
def test_leading_axes_broadcast(distance: Callable[..., Any]) -> None:
    rng = np.random.default_rng(2)
    p, q = rng.dirichlet(np.ones(4), (3, 1)), rng.dirichlet(np.ones(4), (5,))
    together = distance(p, q)
    assert together.shape == (3, 5)
    for i in range(3):
        for j in range(5):
            assert together[i, j] == pytest.approx(distance(p[i, 0], q[j]), abs=1e-14)
    assert isinstance(distance(p[0, 0], q[0]), float)


@pytest.mark.parametrize("distance", DISTANCES)
def test_rounded_shares_are_rescaled(distance: Callable[..., Any]) -> None:
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.6, 0.3, 0.1])
    assert distance(p * (1 + 9e-7), q) == pytest.approx(distance(p, q), abs=1e-15)


# refusals


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([], [], r"empty.*\(0,\)"),
        (np.zeros((0, 3)), np.zeros((0, 3)), r"empty.*\(0, 3\)"),
        (1.0, 1.0, r"no vector.*\(\)"),
        ([1.1, -0.1], [0.5, 0.5], r"p holds a negative probability: -0\.1"),
        ([0.5, 0.5], [math.nan, 1], r"q holds values that are not finite: \[nan\]"),
        ([math.inf, 0], [0.5, 0.5], r"p holds values that are not finite: \[inf\]"),
        ([0.5, 0.5], [0.5, 0.5 + 2e-6], r"q has a row that sums to 1\.000002, not 1"),
        ([[0.5, 0.5], [0.2, 0.2]], [0.5, 0.5], r"p has a row that sums to 0\.4, not 1"),
        ([0, 0], [0.5, 0.5], r"p has a row that sums to 0, not 1"),
        (np.full((3, 2), 0.5), np.full((4, 2), 0.5), r"\(3, 2\) and \(4, 2\) do not broadcast"),
    ],
)
def test_refuses_what_is_no_distribution(distance: Callable[..., Any], p: Any, q: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        distance(p, q)


@pytest.mark.parametrize("distance", [transport_distance, answer_distance])
def test_refuses_an_unknown_scale(distance: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="not 'interval'"):
        distance([1, 0], [0, 1], "interval")


# softmax


def test_softmax_by_hand() -> None:
    logs = np.log([1.0, 3.0])
    np.testing.assert_allclose(softmax(logs), [0.25, 0.75], atol=1e-15)
    np.testing.assert_allclose(softmax(logs - 1e5), [0.25, 0.75], atol=1e-10)
    np.testing.assert_allclose(softmax([[5.0, 5.0], [-math.inf, 0.0]]), [[0.5, 0.5], [0.0, 1.0]], atol=1e-15)


@pytest.mark.parametrize(
    ("logs", "message"),
    [
        ([-math.inf, -math.inf], "every option"),
        ([[0, 0], [-math.inf, -math.inf]], "every option"),
        ([0, math.nan], "NaN"),
        ([0, math.inf], "inf"),
        ([], r"\(0,\)"),
        (0.0, r"\(\)"),
    ],
)
def test_softmax_refuses(logs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        softmax(logs)
