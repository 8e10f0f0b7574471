from __future__ import annotations

import numpy as np
import pytest

from align_tasks.metrics import answer_distance
from align_tasks.scale import Scale
from align_tasks.scores import tension
from align_tasks.scores.tension import TensionAnswer


def _answer(model: list[float], own: list[float], other: list[float], scale: Scale) -> TensionAnswer:
    shares = {"own": np.array(own), "other": np.array(other)}
    return TensionAnswer("Q1", scale, np.array(model), shares, {"own": None, "other": 0.02})


def _distances(answer: TensionAnswer) -> tuple[float, float]:
    return tension.distance(answer, "own"), tension.distance(answer, "other")


def test_distances_to_both() -> None:
    assert _distances(_answer([1, 0], [1, 0], [0, 1], "ordinal")) == (0, 1)
    model, own, other = [0.2, 0.5, 0.3], [0.1, 0.5, 0.4], [0.6, 0.3, 0.1]
    expected = answer_distance(model, own, "ordinal"), answer_distance(model, other, "ordinal")
    assert _distances(_answer(model, own, other, "ordinal")) == expected
    assert _distances(_answer(model, other, own, "ordinal")) == expected[::-1]


def test_the_scale_can_decide() -> None:
    # from all on option 1 to own (.2, 0, .8): JS divergence 0.610, distance 0.781; transport 0.8 either way
    # to other (0, 1, 0): JS distance 1; one of two steps (0.5) if ordinal, 1 if nominal
    model, own, other = [1.0, 0.0, 0.0], [0.2, 0.0, 0.8], [0.0, 1.0, 0.0]
    ordinal, nominal = (_answer(model, own, other, "ordinal"), _answer(model, own, other, "nominal"))
    assert _distances(ordinal) == pytest.approx((0.7905, 0.75), abs=1e-4)
    assert _distances(nominal) == pytest.approx((0.7905, 1.0), abs=1e-4)
    assert (tension.aligned(ordinal, "own"), tension.aligned(nominal, "own")) == (0.0, 1.0)


def test_a_model_as_near_to_one_as_to_the_other_counts_half_for_either() -> None:
    """The sums round differently."""
    own = [0.5, 0.07, 0.13, 0.23, 0.07]
    answer = _answer([0.2] * 5, own, own[::-1], "ordinal")
    assert tension.aligned(answer, "own") == tension.aligned(answer, "other") == 0.5
    assert tension.aligned_uniform(answer, "own") == 0.5


def test_the_uniform_baseline_does_not_depend_on_the_model() -> None:
    answer = _answer([1.0, 0.0], [0.9, 0.1], [0.6, 0.4], "ordinal")
    assert tension.distance_uniform(answer, "own") == answer_distance([0.5, 0.5], [0.9, 0.1], "ordinal")
    assert (tension.aligned(answer, "own"), tension.aligned_uniform(answer, "own")) == (1, 0)


def test_where_the_number_of_people_is_not_known_there_is_no_human_distance() -> None:
    answer = _answer([1.0, 0.0], [0.9, 0.1], [0.6, 0.4], "ordinal")
    assert tension.distance_human(answer, "own") is None
    assert tension.distance_human(answer, "other") == 0.02
