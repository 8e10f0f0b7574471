"""Rewards against values worked by hand, scikit-learn and SciPy."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import permutations
from math import log2, sqrt
from typing import Any

import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import somersd, spearmanr
from sklearn.metrics import dcg_score, ndcg_score

from align_tasks.cultures import get_culture
from align_tasks.norms.load import load_norms
from align_tasks.rewards import rewards
from align_tasks.scores.ranking import Ranking, read_answer
from align_tasks.tasks.ranking import ranking_rows

TEA = {"milk": 2, "cup": 9, "hot": 5}
TIED = {"milk": 2, "cup": 9, "hot": 2, "leaf": 2, "green": 5}
RANGES = {
    "spearman": (-1, 1),
    "ndcg": (0, 1),
    "p_at_5": (0, 1),
    "neg_jsd": (-1, 0),
    "format": (0, 1),
    "coverage": (0, 1),
    "rank": (-1, 1),
}


def reward(name: str, text: str, counts: Mapping[str, int] = TEA, language: str = "en") -> float:
    """The reward of one answer, read as tasks read it."""
    doc = {"cue": "tea", "language": language, "candidates": list(counts), "counts": list(counts.values())}
    (only,) = rewards()[name].function()([read_answer(doc, [text])])
    return only


def given(name: str, order: tuple[str, ...], counts: Mapping[str, int]) -> float:
    """The reward of an order."""
    (only,) = rewards()[name].function()([Ranking("tea", "en", order, counts, ", ".join(order))])
    return only


def drawn(number: int) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    """Orders of some of ten candidates, with counts among which there are ties."""
    chance = random.Random(0)
    found = []
    for _ in range(number):
        counts = {f"w{place}": chance.randint(1, 12) for place in range(10)}
        found.append((tuple(chance.sample(sorted(counts), chance.randint(1, 10))), counts))
    return found


@pytest.mark.parametrize("name", RANGES)
def test_the_peoples_order_is_worth_the_most_and_no_answer_less_than_the_range(name: str) -> None:
    lowest, highest = RANGES[name]
    assert reward(name, "cup, hot, milk") == pytest.approx(highest)
    every = [given(name, order, counts) for order, counts in drawn(300)]
    assert lowest <= min(every) <= max(every) <= highest


@pytest.mark.parametrize("text", ["", " \n", "I cannot help with that.", "water, leaf"])
def test_an_answer_without_candidates_gets_what_the_table_says(text: str) -> None:
    found = {name: reward(name, text) for name in RANGES}
    assert found == {
        "spearman": -1,
        "ndcg": 0,
        "p_at_5": 0,
        "neg_jsd": -1,
        "format": 0,
        "coverage": 0,
        "rank": 0,
    }


def test_silence_never_pays_more_than_a_wrong_order() -> None:
    for name in ("spearman", "ndcg", "p_at_5", "neg_jsd", "format", "coverage"):
        orders = [order for size in (1, 2, 3) for order in permutations(TEA, size)]
        assert min(given(name, order, TEA) for order in orders) >= reward(name, ""), name


@pytest.mark.parametrize("name", sorted(RANGES.keys() - {"format"}))
def test_repeats_and_foreign_words_change_nothing_but_the_format(name: str) -> None:
    assert reward(name, "hot, water, hot, cup, hot, milk") == reward(name, "hot, cup, milk")


@pytest.mark.parametrize("name", sorted(RANGES))
def test_answers_are_scored_each_for_itself_in_their_order(name: str) -> None:
    answers = [Ranking("tea", "en", order, counts, ", ".join(order)) for order, counts in drawn(20)]
    expected = [given(name, answer.order, answer.counts) for answer in answers]
    assert rewards()[name].function()(answers) == expected


def test_spearman_is_that_of_scipy_with_left_out_ones_tied_last() -> None:
    for order, counts in drawn(50):
        places = [order.index(word) if word in order else len(order) for word in counts]
        expected = -spearmanr(places, list(counts.values())).statistic
        assert given("spearman", order, counts) == pytest.approx(expected)
    assert reward("spearman", "milk, hot, cup") == pytest.approx(-1)
    assert reward("spearman", "cup") == pytest.approx(sqrt(3) / 2)


def test_ndcg_is_worked_by_hand() -> None:
    best = 9 + 5 / log2(3) + 2 / 2
    assert reward("ndcg", "milk, cup, hot") == pytest.approx((2 + 9 / log2(3) + 5 / 2) / best)
    assert reward("ndcg", "hot") == pytest.approx(5 / best)


def test_ndcg_is_that_of_scikit_learn() -> None:
    for order, counts in drawn(50):
        gains, words = [list(counts.values())], list(counts)
        nearness = [[10 - order.index(word) if word in order else 0 for word in words]]
        if len(order) == len(words):
            assert given("ndcg", order, counts) == pytest.approx(ndcg_score(gains, nearness))
        named = dcg_score(gains, nearness, k=len(order))
        assert given("ndcg", order, counts) == pytest.approx(named / dcg_score(gains, gains))


def test_p_at_5_counts_the_first_five_named_and_divides_by_five() -> None:
    counts = {f"w{place}": 20 - place for place in range(10)}
    assert reward("p_at_5", "w9, w8, w0, w7, w4, w1, w2, w3", counts) == pytest.approx(2 / 5)
    assert reward("p_at_5", "w4, w3, w0", counts) == pytest.approx(3 / 5)
    assert reward("p_at_5", "w4, w3, w2, w1, w0", counts) == 1


def test_candidates_as_frequent_as_the_fifth_are_among_the_five() -> None:
    counts = {"a1": 9, "b1": 8, "c1": 7, "d1": 6, "e1": 3, "f1": 3, "g1": 3, "h1": 2}
    assert reward("p_at_5", "g1, f1, e1, a1, b1", counts) == 1
    assert reward("p_at_5", "h1, f1, e1, a1, b1", counts) == pytest.approx(4 / 5)


def test_of_fewer_than_five_candidates_p_at_5_can_reach_one() -> None:
    assert reward("p_at_5", "milk, hot, cup") == 1
    assert reward("p_at_5", "milk, hot") == pytest.approx(2 / 3)


def test_neg_jsd_gives_the_strengths_out_in_the_order_of_the_answer() -> None:
    people = [2 / 16, 9 / 16, 5 / 16]
    for text, said in (("milk, cup, hot", [9, 5, 2]), ("hot", [3.5, 3.5, 9]), ("milk, hot", [9, 2, 5])):
        expected = -jensenshannon(people, [share / 16 for share in said], base=2)
        assert reward("neg_jsd", text) == pytest.approx(expected), text


def test_neg_jsd_is_zero_in_the_peoples_order_whatever_that_of_equal_counts() -> None:
    for last in permutations(("milk", "hot", "leaf")):
        for left_out in range(4):
            order = ("cup", "green", *last[left_out:])
            found = given("neg_jsd", order, TIED)
            assert found == (0 if left_out < 2 else pytest.approx(0, abs=1e-8)), order
    assert given("neg_jsd", ("cup", "milk", "green", "hot", "leaf"), TIED) < -0.05
    assert given("neg_jsd", ("cup",), TIED) < -0.05


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("milk, cup, hot", 1),
        ("cup", 1),
        ("Cup, HOT,milk.", 1),
        ("cup, hot, cup", 2 / 3),
        ("cup, hot,", 2 / 3),
        ("cup, , hot, milk", 3 / 4),
        ("Order: cup, hot, milk", 2 / 3),
        ("1. cup, 2. hot, milk", 1 / 3),
        ("cup, hot, milk\nThese are the words.", 2 / 3),
        ("cup\nhot\nmilk", 0),
        ("cup、hot、milk", 0),
        ("cup, water, hot, tea", 1 / 2),
        (", , ", 0),
    ],
)
def test_the_format_is_a_list_of_candidates_and_nothing_else(text: str, share: float) -> None:
    assert reward("format", text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "share"), [("茶杯、热、奶", 1), ("茶杯, 热, 奶", 0), ("茶杯、熱、熱", 2 / 3)]
)
def test_the_format_is_that_of_the_language(text: str, share: float) -> None:
    assert reward("format", text, {"茶杯": 9, "热": 5, "奶": 2}, "zh") == pytest.approx(share)


@pytest.mark.parametrize("culture", ["us", "zh"])
def test_worked_examples_are_worth_the_most_there_is(culture: str, data_home: Any) -> None:
    rows = ranking_rows(load_norms(get_culture(culture), "demo"), "train", seed=3)
    answers = [read_answer(row, [row["answer"]]) for row in rows]
    for name, (_, highest) in RANGES.items():
        if name != "spearman":  # where counts tie, no order without ties reaches 1
            assert rewards()[name].function()(answers) == pytest.approx([highest] * len(rows)), name


def test_coverage_counts_candidates_in_any_order() -> None:
    assert [reward("coverage", text) for text in ("milk", "hot, milk", "hot, cup, milk")] == pytest.approx(
        [1 / 3, 2 / 3, 1]
    )


def test_rank_counts_pairs_of_different_counts() -> None:
    assert reward("rank", "milk, cup, hot") == pytest.approx((-1 - 1 + 1) / 3)
    assert reward("rank", "hot") == pytest.approx((0 - 1 + 1) / 3)
    assert reward("rank", "milk, hot, cup") == -1
    assert given("rank", ("leaf", "cup", "green", "milk", "hot"), TIED) == pytest.approx((5 - 2) / 7)


def test_rank_is_somers_d_of_scipy() -> None:
    for order, counts in drawn(50):
        nearness = [-order.index(word) if word in order else -len(order) for word in counts]
        expected = somersd(list(counts.values()), nearness).statistic
        assert given("rank", order, counts) == pytest.approx(expected)


def test_without_a_pair_of_different_counts_rank_is_nothing() -> None:
    assert reward("rank", "cup, hot", {"cup": 2, "hot": 2, "milk": 2}) == 0
