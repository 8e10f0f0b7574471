from __future__ import annotations

import math
from typing import Any

import pytest

from align_affect.rating import read_answer
from align_tasks.scores.scorer import Scorer

CONCRETENESS = {"word": "tea", "dimension": "concreteness", "rating": 4.6, "range": [1.0, 5.0]}
VALENCE = {"word": "war", "dimension": "valence", "rating": 2.0, "range": [1.0, 9.0]}


def _results(*probabilities: float) -> list[tuple[float, bool]]:
    return [(math.log(probability) if probability else -math.inf, False) for probability in probabilities]


def _scores(doc: dict[str, Any], *probabilities: float) -> dict[str, float]:
    return Scorer("rating").scores(read_answer(doc, _results(*probabilities)))


def test_metrics_of_one_word_worked_by_hand() -> None:
    """Given 0.1, 0.1, 0.2, 0.2, 0.4: mean 3.7. Backwards, turned, 0, 0, 0, 0.5, 0.5: 4.5. Both: 4.1."""
    scores = _scores(CONCRETENESS, 0.1, 0.1, 0.2, 0.2, 0.4, 0.5, 0.5, 0, 0, 0)
    expected = {"error": 0.5 / 4, "error_uniform": 1.6 / 4, "bias": -0.5 / 4}
    assert scores == pytest.approx(expected | {f"concreteness_{name}": n for name, n in expected.items()})


def test_bias_is_above_zero_where_the_model_rates_higher() -> None:
    """All on the seventh of nine points, where people's mean is 2: 5 of 8 units."""
    point = [0.0] * 6 + [1.0] + [0.0] * 2
    scores = _scores(VALENCE, *point, *point[::-1])
    assert scores["bias"] == scores["error"] == pytest.approx(5 / 8)
    assert scores["error_uniform"] == pytest.approx(3 / 8)


def test_a_word_counts_for_its_own_dimension_only() -> None:
    names = set(_scores(VALENCE, *[1 / 9] * 18))
    assert names == {
        "error",
        "error_uniform",
        "bias",
        "valence_error",
        "valence_error_uniform",
        "valence_bias",
    }


def test_a_model_that_always_says_a_rates_everything_in_the_middle() -> None:
    always_a = [1.0] + [0.0] * 8
    scores = _scores(VALENCE, *always_a, *always_a)
    assert scores["error"] == pytest.approx(scores["error_uniform"])
    assert scores["bias"] == pytest.approx((5 - 2) / 8)


def test_the_largest_error_is_one() -> None:
    top = [0.0] * 8 + [1.0]
    assert _scores({**VALENCE, "rating": 1.0}, *top, *top[::-1])["error"] == pytest.approx(1)
