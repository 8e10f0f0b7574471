from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import spearmanr

from align_tasks.norms.load import CueNorms
from align_tasks.tasks.ranking import candidates_of, dataset

DOC = {
    "cue": "tea",
    "candidates": ["milk", "cup", "hot"],
    "counts": [2, 9, 5],
    "human_spearman": 0.6,
    "language": "en",
}


def test_candidates_have_one_response_of_each_count() -> None:
    cue = CueNorms("tea", ("cup", "hot", "milk", "leaf", "rain"), (9, 5, 5, 1, 1))
    chosen = candidates_of(cue, size=3)
    assert sorted(chosen.values()) == [1, 5, 9]
    assert chosen["cup"] == 9


def test_of_many_counts_the_candidates_are_evenly_spaced() -> None:
    words = tuple(f"w{count}" for count in range(19, 0, -1))
    chosen = candidates_of(CueNorms("tea", words, tuple(range(19, 0, -1))), size=10)
    assert sorted(chosen.values()) == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]


def test_further_responses_fill_the_list_where_there_are_few_counts() -> None:
    cue = CueNorms("tea", ("cup", "hot", "milk", "leaf"), (9, 1, 1, 1))
    assert sorted(candidates_of(cue, size=10)) == ["cup", "hot", "leaf", "milk"]


def test_the_shown_order_says_nothing_of_the_strengths() -> None:
    words = tuple(f"w{count}" for count in range(10, 0, -1))
    orders = [
        list(candidates_of(CueNorms(f"cue{n}", words, tuple(range(10, 0, -1))))).index("w10")
        for n in range(400)
    ]
    counts = [orders.count(place) for place in range(10)]
    assert min(counts) > 20
    assert max(counts) < 65


@pytest.mark.parametrize(
    ("answer", "order"),
    [("cup, hot, milk", [1, 2, 3]), ("milk, cup, hot", [2, 3, 1]), ("1. hot\n2. milk\n3. cup", [3, 1, 2])],
)
def test_a_complete_order_is_scored_as_scipy_does(answer: str, order: list[int], score: Any) -> None:
    scores = score("ranking", DOC, [answer])
    by_word = dict(zip(["cup", "hot", "milk"], order, strict=True))
    expected = spearmanr([-by_word[word] for word in DOC["candidates"]], DOC["counts"]).statistic  # type: ignore[index,attr-defined]
    assert scores["spearman"] == pytest.approx(expected)
    assert (scores["invalid"], scores["complete"]) == (0, 1)


def test_candidates_left_out_tie_on_the_last_rank(score: Any) -> None:
    scores = score("ranking", DOC, ["cup"])
    assert scores["spearman"] == pytest.approx(spearmanr([3, 1, 3], [-2, -9, -5]).statistic)
    assert (scores["invalid"], scores["complete"]) == (0, 0)


def test_an_unreadable_answer_is_no_backward_ranking(score: Any) -> None:
    scores = score("ranking", DOC, ["I cannot help with that."])
    assert (scores["spearman"], scores["spearman_paper"]) == (0, -1)
    assert (scores["invalid"], scores["complete"]) == (1, 0)


def test_an_order_exactly_backwards_is_minus_one_and_valid(score: Any) -> None:
    scores = score("ranking", DOC, ["milk, hot, cup"])
    assert (scores["spearman"], scores["invalid"]) == (pytest.approx(-1), 0)


@pytest.mark.parametrize("culture", ["us", "zh"])
def test_worked_examples_are_answered_by_strength(culture: str, data_home: Any) -> None:
    for row in dataset(culture, norms="demo").splits["train"].select(range(20)):
        counts = dict(zip(row["candidates"], row["counts"], strict=True))
        answer = row["answer"].replace("、", ", ").split(", ")
        assert [counts[word] for word in answer] == sorted(row["counts"], reverse=True)


def test_copying_the_shown_list_earns_nothing(score: Any) -> None:
    """The authors' score ranks ties in the order given: in the order shown, copying would pay."""
    words = tuple(f"word{n}" for n in range(10))
    rows = []
    for n in range(600):
        cue = CueNorms(f"cue {n}", words, (5, 4, 3, *[1] * 7))
        shown = candidates_of(cue)
        doc = {
            "cue": cue.cue,
            "candidates": list(shown),
            "counts": list(shown.values()),
            "human_spearman": 0,
            "language": "en",
        }
        rows.append(score("ranking", doc, [", ".join(shown)]))
    for metric in ("spearman", "spearman_paper"):
        mean = sum(row[metric] for row in rows) / len(rows)
        assert mean == pytest.approx(0, abs=4 * 0.35 / 600**0.5), metric
