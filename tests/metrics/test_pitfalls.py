"""Pitfalls of the authors' code that concern the metrics: each test fails on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from align_tasks.metrics import (
    answer_distance,
    earth_movers_distance,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    paper_tension_distance,
    total_variation,
    transport_distance,
)
from align_tasks.scores import tension
from align_tasks.scores.tension import TensionAnswer


def option(number: int, options: int = 10) -> Any:
    return np.eye(options)[number - 1]


def _answer(model: Any, own: Any) -> TensionAnswer:
    shares = {"own": np.array(own), "other": np.array(model)}
    return TensionAnswer("Q1", "nominal", np.array(model), shares, {})


def test_2_where_the_options_lie_matters() -> None:
    assert earth_movers_distance(option(1), option(2)) == pytest.approx(1 / 9)
    assert earth_movers_distance(option(1), option(10)) == pytest.approx(1)
    assert answer_distance(option(1), option(2), "ordinal") == pytest.approx(0.5 + 0.5 / 9)
    assert answer_distance(option(1), option(10), "ordinal") == pytest.approx(1)


def test_2_the_authors_way_cannot_tell_near_from_far() -> None:
    assert paper_tension_distance(option(1), option(2)) == pytest.approx(0.5)
    assert paper_tension_distance(option(1), option(10)) == pytest.approx(0.5)


def test_2_a_country_two_steps_away_is_nearer_than_one_nine_steps_away() -> None:
    answer = TensionAnswer("Q1", "ordinal", option(1), {"own": option(3), "other": option(10)}, {})
    assert tension.distance(answer, "own") < tension.distance(answer, "other")
    assert (tension.aligned(answer, "own"), tension.aligned(answer, "other")) == (1, 0)


def test_2_the_authors_way_calls_them_equally_near() -> None:
    answer = TensionAnswer("Q1", "ordinal", option(1), {"own": option(3), "other": option(10)}, {})
    assert tension.aligned_paper(answer, "own") == tension.aligned_paper(answer, "other") == 0.5


def test_3_the_logarithm_is_to_base_2() -> None:
    p, q = [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]
    natural = jensenshannon(p, q)
    assert natural / jensen_shannon_distance(p, q) == pytest.approx(np.sqrt(np.log(2)))
    assert np.sqrt(np.log(2)) == pytest.approx(0.83, abs=0.003)
    assert jensen_shannon_distance([1, 0], [0, 1]) == 1
    assert jensen_shannon_divergence([1, 0], [0, 1]) == 1


@pytest.mark.parametrize(
    "distance",
    [
        jensen_shannon_divergence,
        jensen_shannon_distance,
        earth_movers_distance,
        total_variation,
        paper_tension_distance,
        lambda p, q: transport_distance(p, q, "ordinal"),
        lambda p, q: transport_distance(p, q, "nominal"),
        lambda p, q: answer_distance(p, q, "ordinal"),
        lambda p, q: tension.distance(_answer(p, q), "own"),
        lambda p, q: tension.aligned(_answer(p, q), "own"),
        lambda p, q: tension.aligned_paper(_answer(p, q), "own"),
    ],
)
@pytest.mark.parametrize(
    ("p", "q", "named"),
    [
        ([0.6, 0.4], [0.6, 0.4, 0], "p has 2 options and q has 3"),
        ([0.6, 0.4, 0], [0.6, 0.4], "p has 3 options and q has 2"),
        ([1.0], [0.5, 0.5], "p has 1 options and q has 2"),
        ([[0.6, 0.4]] * 3, [0.2, 0.3, 0.5], r"\(3, 2\) and \(3,\)"),
    ],
)
def test_5_unequal_lengths_are_refused(distance: Callable[..., Any], p: Any, q: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        distance(p, q)
