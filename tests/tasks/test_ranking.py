from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from scipy.stats import spearmanr

from align_tasks.cultures import get_culture
from align_tasks.norms.load import CueNorms, Norms, load_norms
from align_tasks.tasks.dataset import Doc, fingerprint, prompts_of
from align_tasks.tasks.ranking import candidates_of, dataset, drawn_candidates, ranking_rows

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


def norms_of(**cues: dict[str, int]) -> Norms:
    """Norms of the USA that hold these cues."""
    rows = [(cue, word, count) for cue, counts in cues.items() for word, count in counts.items()]
    frame = pl.DataFrame(rows, schema=["cue", "response", "count"], orient="row")
    return Norms(get_culture("us"), "hand.csv", "", "CC0", frame.with_columns(position=pl.lit("R1")))


def spread(levels: int, words: int) -> CueNorms:
    """A cue with so many different counts, and so many words with each, such as ``w3.0``."""
    counts = {f"w{level}.{word}": level for level in range(levels, 0, -1) for word in range(words)}
    return CueNorms("tea", tuple(counts), tuple(counts.values()))


def shown(rows: list[Doc]) -> list[tuple[str, list[str]]]:
    """Cue and candidates of each row, as the model sees them."""
    return [(row["cue"], row["candidates"]) for row in rows]


def test_of_many_counts_one_response_of_each_stratum_is_drawn() -> None:
    for seed in range(30):
        drawn = drawn_candidates(spread(20, 3), size=10, seed=seed, question=0)
        assert [(level + 1) // 2 for level in sorted(drawn.values())] == list(range(1, 11))


def test_where_counts_do_not_divide_evenly_strata_differ_by_one_count() -> None:
    strata = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3, 8: 3, 9: 4, 10: 4}  # from the highest: 2, 3, 2, 3
    for seed in range(30):
        drawn = drawn_candidates(spread(10, 1), size=4, seed=seed, question=0)
        assert [strata[level] for level in sorted(drawn.values())] == [1, 2, 3, 4]


def test_every_response_of_a_stratum_is_drawn_equally_often() -> None:
    cue = spread(8, 2)
    drawn = Counter(
        word for question in range(800) for word in drawn_candidates(cue, size=4, seed=1, question=question)
    )
    assert sum(drawn.values()) == 3200
    assert set(drawn) == set(cue.responses)
    assert (min(drawn.values()) > 150, max(drawn.values()) < 250) == (True, True)  # 200, 12 either way


def test_where_there_are_few_counts_one_of_each_is_drawn_and_the_most_frequent_of_the_rest() -> None:
    words = ("cup", "hot", "milk", "leaf", "green", "rain", "pot", "sip")
    cue = CueNorms("tea", words, (9, 5, 5, 5, 1, 1, 1, 1))
    found = [drawn_candidates(cue, size=5, seed=2, question=question) for question in range(60)]
    assert {tuple(sorted(drawn.values())) for drawn in found} == {(1, 5, 5, 5, 9)}
    assert {word for drawn in found for word, count in drawn.items() if count == 1} == set(words[4:])


def test_the_order_shown_of_drawn_candidates_says_nothing_of_the_strengths() -> None:
    cue = spread(10, 1)
    places = [list(drawn_candidates(cue, size=10, seed=1, question=n)).index("w10.0") for n in range(400)]
    counts = [places.count(place) for place in range(10)]
    assert min(counts) > 20
    assert max(counts) < 65


@pytest.mark.parametrize("culture", ["us", "zh"])
def test_without_a_seed_the_rows_are_those_of_the_task(culture: str, data_home: Any) -> None:
    norms, built = load_norms(get_culture(culture), "demo"), dataset(culture, norms="demo")
    assert ranking_rows(norms, "train") == built.splits["train"].to_list()
    test = [dict(row) for row in built.splits["test"]]
    assert all(-1 <= row.pop("human_spearman") <= 1 for row in test)
    assert ranking_rows(norms, "test") == test


def test_without_a_seed_the_candidates_are_those_they_always_were(data_home: Any) -> None:
    rows = ranking_rows(load_norms(get_culture("us"), "demo"), "test")
    assert rows[0]["cue"] == "college"
    assert rows[0]["candidates"][:4] == ["expensive", "education", "school", "university"]
    assert rows[0]["counts"] == [7, 36, 18, 9, 4, 6, 5, 3, 12, 2]
    assert fingerprint(rows, ("cue", "candidates", "counts")) == "a7c7d7a9f4b3"


def test_with_a_seed_two_runs_agree_and_seeds_and_questions_differ(data_home: Any) -> None:
    norms = load_norms(get_culture("us"), "demo")
    rows = ranking_rows(norms, "train", candidates=6, per_cue=3, seed=1)
    assert ranking_rows(norms, "train", candidates=6, per_cue=3, seed=1) == rows
    assert ranking_rows(norms, "train", candidates=6, seed=1) == rows[::3]
    other = ranking_rows(norms, "train", candidates=6, per_cue=3, seed=2)
    assert not any(row["candidates"] == again["candidates"] for row, again in zip(rows, other, strict=True))
    for first, second in zip(rows[::3], rows[1::3], strict=True):
        assert first["cue"] == second["cue"]
        assert first["candidates"] != second["candidates"]


def test_a_question_does_not_depend_on_other_cues() -> None:
    tea, sun = {f"t{n}": n for n in range(1, 30)}, {f"s{n}": n for n in range(1, 30)}
    both = ranking_rows(norms_of(tea=tea, sun=sun), "train", per_cue=2, seed=5)
    assert len(both) == 4
    alone = ranking_rows(norms_of(tea=tea), "train", per_cue=2, seed=5)
    assert [row for row in both if row["cue"] == "tea"] == alone


@pytest.mark.parametrize("seed", [None, 0, 7])
def test_cues_without_an_order_are_left_out(seed: int | None) -> None:
    few = {"cup": 9, "hot": 5, "milk": 1}
    same = {"cup": 2, "hot": 2, "milk": 2, "leaf": 2}
    enough = {"cup": 2, "hot": 1, "milk": 1, "leaf": 1}
    norms = norms_of(tea=few, sun=same, sea=enough)
    assert {row["cue"] for row in ranking_rows(norms, "train", seed=seed)} == {"sea"}


def test_the_limit_counts_cues_that_have_questions() -> None:
    enough = {f"w{n}": n for n in range(1, 30)}
    norms = norms_of(tea=enough, sun={"hot": 3}, sea=enough, red=enough)
    every = ranking_rows(norms, "train", per_cue=2, seed=1)
    assert len(every) == 6
    for limit, rows in ((0, 0), (1, 2), (2, 4), (9, 6)):
        assert ranking_rows(norms, "train", limit=limit, per_cue=2, seed=1) == every[:rows]


def test_a_row_asks_about_what_it_holds(data_home: Any) -> None:
    for row in ranking_rows(load_norms(get_culture("us"), "demo"), "train", candidates=5, seed=1)[:20]:
        assert len(row["candidates"]) == len(set(row["candidates"])) == 5
        assert prompts_of(row)[0].question == f"Word: {row['cue']}\nList: {', '.join(row['candidates'])}"
        counts = dict(zip(row["candidates"], row["counts"], strict=True))
        assert [counts[word] for word in row["answer"].split(", ")] == sorted(row["counts"], reverse=True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"candidates": 3}, "at least 4 candidates, not 3"),
        ({"per_cue": 0, "seed": 1}, "0 questions a cue"),
        ({"per_cue": 2}, "2 questions a cue: at least one, and several only with a seed"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ranking_rows(norms_of(tea={"cup": 1}), "train", **asked)
