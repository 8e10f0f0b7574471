from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from align_tasks.errors import AlignError
from align_tasks.rewards import Reward
from align_tasks.scores.ranking import Ranking
from align_trainers.ranking import scoring
from align_trainers.ranking.scoring import Scoring

COUNTS = {"sun": 9, "sea": 5, "sand": 2, "salt": 1}
GOOD = Ranking("beach", "en", ("sun", "sea", "sand", "salt"), COUNTS, "sun, sea, sand, salt")
BAD = Ranking("beach", "en", ("salt", "sand", "sea", "sun"), COUNTS, "salt, sand, sea, sun")
NONE = Ranking("beach", "en", (), COUNTS, "what?")

Rewarding = Callable[[Sequence[Ranking]], Sequence[float]]


@pytest.fixture
def with_reward(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rewarding], Scoring]:
    """Makes a scoring by a function of a plugin's, called ``mine``."""

    def make(function: Rewarding) -> Scoring:
        reward = Reward("mine", function, summary="")
        monkeypatch.setattr(scoring, "get_reward", lambda _: reward)
        monkeypatch.setattr(scoring, "_whose", lambda reward: f"the reward {reward.name!r} of a plugin")
        return Scoring({"mine": 1.0}, 0.0)

    return make


def test_a_score_is_the_weighted_sum_less_the_penalty_of_an_answer_that_was_cut_off() -> None:
    scores = Scoring({"spearman": 2.0, "coverage": 0.5}, 0.25).score([GOOD, BAD, NONE], [True, False, True])
    assert scores.totals == pytest.approx([2.0 + 0.5, -2.0 + 0.5 - 0.25, -2.0])
    assert scores.figures["reward"] == pytest.approx((2.5 - 1.75 - 2.0) / 3)
    assert scores.figures["reward/spearman"] == pytest.approx((1 - 1 - 1) / 3)
    assert scores.figures["reward/coverage"] == pytest.approx(2 / 3)
    assert scores.figures["unfinished"] == pytest.approx(1 / 3)


def test_the_figures_count_an_unreadable_answer_0_and_tell_how_many_there_are() -> None:
    figures = Scoring({"spearman": 1.0}, 0.0).score([GOOD, NONE], [True, True]).figures
    assert (figures["spearman"], figures["invalid"], figures["complete"]) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("value", [math.nan, math.inf, "high", None])
def test_what_is_no_finite_number_names_the_answer(
    with_reward: Callable[[Rewarding], Scoring], value: object
) -> None:
    mine = with_reward(lambda answers: [1.0, *[value] * (len(answers) - 1)])  # type: ignore[list-item]
    with pytest.raises(AlignError, match=r"'mine'.*'salt, sand, sea, sun' to the cue 'beach'"):
        mine.score([GOOD, BAD], [True, True])


def test_too_few_numbers_are_told(with_reward: Callable[[Rewarding], Scoring]) -> None:
    with pytest.raises(AlignError, match="returned 1 numbers for 2 answers"):
        with_reward(lambda _: [1.0]).score([GOOD, BAD], [True, True])


def test_what_is_no_list_is_told(with_reward: Callable[[Rewarding], Scoring]) -> None:
    with pytest.raises(AlignError, match="'mine'"):
        with_reward(lambda _: 1.0).score([GOOD], [True])  # type: ignore[arg-type, return-value]


def test_an_error_names_the_answer_on_which_it_happens(with_reward: Callable[[Rewarding], Scoring]) -> None:
    def mine(answers: Sequence[Ranking]) -> list[float]:
        return [1 / (answer.order[0] == "sun") for answer in answers]

    with pytest.raises(AlignError, match=r"failed on the answer 'salt, sand.*division by zero"):
        with_reward(mine).score([GOOD, BAD], [True, True])
