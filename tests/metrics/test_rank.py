from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_tasks.metrics import paper_ranking_correlation, ranking_correlation, spearman

STRENGTHS = {"rose": 0.4, "blood": 0.3, "fire": 0.2, "stop": 0.1}


def test_spearman_of_a_swap() -> None:
    # one pair of neighbours swapped: 1 - 6 (1 + 1) / (4 * 15)
    assert spearman([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(0.8)


def test_spearman_averages_tied_ranks() -> None:
    # ranks (1.5, 1.5, 3) and (1, 2, 3); centred (-.5, -.5, 1) and (-1, 0, 1): 1.5 / sqrt(1.5 * 2)
    assert spearman([7, 7, 9], [1, 2, 3]) == pytest.approx(1.5 / math.sqrt(3))


def test_spearman_reads_ranks_only_and_infinity_too() -> None:
    assert spearman([-math.inf, 0, 1e9], [1, 2, 3]) == 1
    assert spearman([3, 2, 1], [1, 10, 1000]) == -1


@pytest.mark.parametrize(("x", "y"), [([2, 2, 2], [1, 2, 3]), ([1, 2, 3], [0, 0, 0]), ([1, 1], [1, 1])])
def test_a_constant_series_says_nothing(x: list[float], y: list[float]) -> None:
    assert spearman(x, y) == 0


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [], r"\(0,\)"),
        ([1], [1], r"\(1,\)"),
        ([1, 2], [1, 2, 3], r"\(2,\), \(3,\)"),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], r"\(2, 2\)"),
        ([1, math.nan], [1, 2], "NaN"),
        ([1, 2], [1, math.nan], "NaN"),
    ],
)
def test_spearman_refuses(x: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spearman(x, y)


def test_the_right_order_and_its_reverse() -> None:
    assert ranking_correlation(["rose", "blood", "fire", "stop"], STRENGTHS) == 1
    assert ranking_correlation(["stop", "fire", "blood", "rose"], STRENGTHS) == -1


def test_left_out_candidates_tie_on_the_last_rank() -> None:
    # ranks (4, 3, 1.5, 1.5) and (4, 3, 2, 1); centred (1.5, .5, -1, -1) and (1.5, .5, -.5, -1.5):
    # (2.25 + .25 + .5 + 1.5) / sqrt(4.5 * 5)
    assert ranking_correlation(["rose", "blood"], STRENGTHS) == pytest.approx(4.5 / math.sqrt(22.5))
    # the weakest alone on top: centred (-.5, -.5, -.5, 1.5): (-.75 - .25 + .25 - 2.25) / sqrt(3 * 5)
    assert ranking_correlation(["stop"], STRENGTHS) == pytest.approx(-3 / math.sqrt(15))


def test_strangers_and_repeats_are_ignored() -> None:
    said = ["hello", "rose", "blood", "rose", "sky", "fire", "blood", "stop"]
    assert ranking_correlation(said, STRENGTHS) == 1


@pytest.mark.parametrize("said", [[], ["hello", "sky"]])
def test_nothing_recognised_is_no_information_for_us_and_the_worst_for_the_authors(said: list[str]) -> None:
    assert ranking_correlation(said, STRENGTHS) == 0
    assert paper_ranking_correlation(said, STRENGTHS) == -1


def test_equal_strengths_cannot_be_ranked() -> None:
    assert ranking_correlation(["a", "b"], {"a": 0.5, "b": 0.5}) == 0


def test_tied_strengths_are_neither_order() -> None:
    strengths = {"a": 0.5, "b": 0.25, "c": 0.25}
    # ranks (3, 2, 1) or (3, 1, 2) against (3, 1.5, 1.5): 1.5 / sqrt(2 * 1.5) either way
    for said in (["a", "b", "c"], ["a", "c", "b"]):
        assert ranking_correlation(said, strengths) == pytest.approx(1.5 / math.sqrt(3))


@pytest.mark.parametrize("correlation", [ranking_correlation, paper_ranking_correlation])
@pytest.mark.parametrize("strengths", [{}, {"a": 1.0}])
def test_fewer_than_two_candidates_are_refused(correlation: Any, strengths: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        correlation(["a"], strengths)


def test_the_authors_reward_two_weak_candidates_in_the_right_order() -> None:
    # true ranks 3, 4, filled up: (3, 4, 5, 5) against (1, 2, 3, 4): ranks (1, 2, 3.5, 3.5)
    said = ["fire", "stop"]
    assert paper_ranking_correlation(said, STRENGTHS) == pytest.approx(4.5 / math.sqrt(22.5))
    # as for us: the two weakest on top: ranks (1.5, 1.5, 4, 3) against (4, 3, 2, 1):
    # centred (-1, -1, 1.5, .5) and (1.5, .5, -.5, -1.5): (-1.5 - .5 - .75 - .75) / sqrt(4.5 * 5)
    assert ranking_correlation(said, STRENGTHS) == pytest.approx(-3.5 / math.sqrt(22.5))


def test_the_authors_cannot_score_repeats_that_overflow() -> None:
    said = ["rose", "blood", "fire", "stop", "rose"]
    assert paper_ranking_correlation(said, STRENGTHS) == -1
    assert paper_ranking_correlation(["a", "a"], {"a": 0.6, "b": 0.4}) == -1


@given(st.permutations(list(STRENGTHS)))
@settings(deadline=None)
def test_complete_answers_score_alike_by_both(said: list[str]) -> None:
    assert paper_ranking_correlation(said, STRENGTHS) == pytest.approx(ranking_correlation(said, STRENGTHS))


@given(st.lists(st.sampled_from([*STRENGTHS, "hello"]), max_size=8))
@settings(deadline=None)
def test_always_within_minus_1_and_1(said: list[str]) -> None:
    for correlation in (ranking_correlation, paper_ranking_correlation):
        assert -1 <= correlation(said, STRENGTHS) <= 1
