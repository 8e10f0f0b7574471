from __future__ import annotations

from typing import Any

import pytest

from align_tasks.tasks.association import dataset

DOC = {
    "cue": "tea",
    "language": "en",
    "responses": ["cup", "hot", "green", "milk"],
    "ceiling": [0.8, 0.6, 0.2],
    "mean_ceiling_at_5": 0.5,
}


def test_metrics_of_one_list_worked_by_hand(score: Any) -> None:
    """Distinct words: cup, leaf, hot; two of them are people's."""
    scores = score("association", DOC, ["Cup, leaf, tea, cup, HOT"])
    assert scores["p_at_5"] == pytest.approx(2 / 5)
    assert scores["p_at_10"] == pytest.approx(2 / 10)
    assert scores["p_at_40"] == pytest.approx(2 / 40)
    assert scores["ceiling_share"] == pytest.approx((2 / 5) / 0.5)
    assert (scores["human_p_at_5"], scores["human_p_at_10"], scores["human_p_at_40"]) == (0.8, 0.6, 0.2)
    assert scores["invalid"] == 0


@pytest.mark.parametrize("answer", ["", "   \n", "...", "tea, tea"])
def test_an_answer_without_words_is_invalid_and_scores_nothing(answer: str, score: Any) -> None:
    scores = score("association", DOC, [answer])
    assert scores["invalid"] == 1
    assert scores["p_at_5"] == 0


@pytest.mark.parametrize("culture", ["us", "zh"])
def test_the_demo_norms_give_test_and_training_cues(culture: str, data_home: Any) -> None:
    built = dataset(culture, norms="demo")
    test, train = built.splits["test"], built.splits["train"]
    assert not set(test["cue"]) & set(train["cue"])
    assert len(test) >= 8
    assert len(train) > 100
    assert built.metadata["norms"] == "demo"
    mean = sum(row["ceiling"][0] for row in test) / len(test)
    assert [row["mean_ceiling_at_5"] for row in test] == pytest.approx([mean] * len(test))
