"""What TRL's trainers ask for as a reward function, made from the rewards of a recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from align_tasks.scores.ranking import read_answer
from align_trainers.encoding import Encoder
from align_trainers.ranking.questions import Questions, answer_text
from align_trainers.ranking.scoring import Scoring


def reward_function(
    questions: Questions, encoder: Encoder, scoring: Scoring, ends: frozenset[int]
) -> Callable[..., list[float]]:
    """The function that scores answers, and logs figures about them.

    Args:
        ends: token ids that end an answer; one without them was cut off.
    """

    def score(
        *,
        prompts: Sequence[int],
        completion_ids: Sequence[Sequence[int]],
        log_metric: Callable[[str, float], None],
        **_: Any,
    ) -> list[float]:
        answers = [
            read_answer(questions.rows[number], [answer_text(encoder, ids)])
            for number, ids in zip(prompts, completion_ids, strict=True)
        ]
        scores = scoring.score(answers, [ids[-1] in ends for ids in completion_ids])
        for name, value in scores.figures.items():
            if name != "reward":  # TRL logs the sum itself
                log_metric(name, value)
        return scores.totals

    return score
