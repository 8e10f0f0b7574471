"""Log-likelihoods put together from what may follow each text."""

from __future__ import annotations

from align_tasks.backends.steps import Following, portions, put_together, steps, wanted


def test_each_scored_token_is_asked_for_after_the_text_before_it() -> None:
    assert steps((5, 6, 7, 8), 2) == [((5, 6), 7), ((5, 6, 7), 8)]


def test_a_text_is_asked_about_once_for_all_that_go_on_from_it() -> None:
    taken = [*steps((5, 6, 7), 1), *steps((5, 6, 8, 7), 2), *steps((5, 6, 7), 1)]
    assert wanted(taken) == {(5, 6): [7, 8], (5, 6, 8): [7]}


def test_log_probabilities_add_up_and_one_unlikely_token_is_enough() -> None:
    told = {(5,): Following({6: -1.5, 7: -0.5}, 7), (5, 7): Following({8: -0.25}, 8)}
    assert put_together([((5,), 7), ((5, 7), 8)], told) == (-0.75, True)
    assert put_together([((5,), 6)], told) == (-1.5, False)


def test_portions_hold_all_in_order() -> None:
    assert list(portions([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(portions([], 2)) == []
