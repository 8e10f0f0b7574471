from __future__ import annotations

from typing import Any

import pytest

from align_trainers.encoding import Encoder
from align_trainers.group.recipe import GRPORecipe
from align_trainers.group.reward import reward_function
from align_trainers.ranking.questions import end_ids, read_questions
from align_trainers.ranking.scoring import Scoring


def test_answers_are_scored_by_the_rewards_and_those_cut_off_pay_the_penalty(
    us: Any, encoder: Encoder, model: Any
) -> None:
    recipe = GRPORecipe(norms="demo", questions_per_cue=1, validation_cues=0)
    questions = read_questions(us, recipe, encoder)
    best = sorted(
        zip(questions.rows[1]["candidates"], questions.rows[1]["counts"], strict=True),
        key=lambda pair: -pair[1],
    )
    ids = encoder.tokenizer(" " + ", ".join(word for word, _ in best))["input_ids"]
    end = encoder.tokenizer("\n")["input_ids"]
    logged: dict[str, float] = {}
    score = reward_function(questions, encoder, Scoring({"coverage": 2.0}, 0.75), end_ids(encoder, model))
    found = score(
        prompts=[1, 1, 1],
        completions=["", "", ""],
        completion_ids=[[*ids, *end], ids, end],
        log_metric=logged.__setitem__,
    )
    # all candidates are named twice, coverage 1; the last answer names none
    assert found == [2.0, 2.0 - 0.75, 0.0]
    assert logged["reward/coverage"] == pytest.approx(2 / 3)
    assert logged["unfinished"] == pytest.approx(1 / 3)
    assert "reward" not in logged
