from __future__ import annotations

from align_trainers.group.sampler import StepSampler
from align_trainers.ranking.order import Order


def test_every_question_is_asked_once_before_one_is_asked_again() -> None:
    asked = [number for step in range(10) for number in Order(5, 1).numbers(step, 3)]
    assert [sorted(asked[first : first + 5]) for first in range(0, 30, 5)] == [[0, 1, 2, 3, 4]] * 6


def test_questions_of_a_step_come_together_as_often_as_they_are_answered_and_drawn() -> None:
    sampler = StepSampler(Order(4, 1), steps=2, questions=2, samples=3, repeats=2)
    first, second = (Order(4, 1).numbers(step, 2) for step in (0, 1))
    drawn = [[number for number in step for _ in range(3)] for step in (first, first, second, second)]
    assert list(sampler) == [number for part in drawn for number in part]
    assert len(sampler) == 24
