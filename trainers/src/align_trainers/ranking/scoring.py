"""What answers earn: the weighted sum of some rewards, each of which is checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from align_tasks.errors import DETAILS, AlignError, one_line
from align_tasks.plugins.loading import loaded
from align_tasks.rewards import Reward, get_reward
from align_tasks.scores.ranking import Ranking, complete, invalid
from align_tasks.scores.ranking import spearman as correlation


@dataclass(frozen=True)
class Scores:
    """What some answers earned.

    Attributes:
        totals: one number an answer.
        figures: means over the answers, for the log.
    """

    totals: list[float]
    figures: dict[str, float]


class Scoring:
    """Scores answers by some rewards.

    Args:
        weights: of the rewards, by their names.
        unfinished_penalty: taken from the score of an answer that was cut off.

    Raises:
        AlignError: there is no reward of a name, or it cannot be imported.
    """

    def __init__(self, weights: Mapping[str, float], unfinished_penalty: float) -> None:
        self._rewards = [(get_reward(name), weight) for name, weight in weights.items()]
        self._functions = [reward.function() for reward, _ in self._rewards]
        self._penalty = unfinished_penalty

    def score(self, answers: Sequence[Ranking], are_finished: Sequence[bool]) -> Scores:
        """Scores of some answers.

        Raises:
            AlignError: a reward fails, or returns anything but a finite number for each answer; names the
                answer.
        """
        terms = {
            reward.name: _checked(reward, function, answers)
            for (reward, _), function in zip(self._rewards, self._functions, strict=True)
        }
        totals = [
            math.fsum(weight * terms[reward.name][number] for reward, weight in self._rewards)
            - (0.0 if is_finished else self._penalty)
            for number, is_finished in enumerate(are_finished)
        ]
        figures = {
            "reward": fmean(totals),
            **{f"reward/{name}": fmean(values) for name, values in terms.items()},
            "spearman": fmean(map(correlation, answers)),
            "invalid": fmean(map(invalid, answers)),
            "complete": fmean(map(complete, answers)),
            "unfinished": 1 - fmean(are_finished),
        }
        return Scores(totals, figures)


def _checked(
    reward: Reward, function: Callable[[Sequence[Ranking]], Sequence[float]], answers: Sequence[Ranking]
) -> list[float]:
    """The numbers of a reward, one finite number an answer."""
    whose = _whose(reward)
    try:
        found = list(function(answers))
    except Exception as error:  # whatever a plugin raises
        told = f"{whose} failed on {_blamed(function, answers)}: {one_line(error)}"
        raise AlignError(told, hint=DETAILS) from error
    if len(found) != len(answers):
        raise AlignError(
            f"{whose} returned {len(found)} numbers for {len(answers)} answers",
            hint="It must return one number for each answer, in their order.",
        )
    return [_number(whose, value, answer) for value, answer in zip(found, answers, strict=True)]


def _whose(reward: Reward) -> str:
    return f"the reward {reward.name!r} of {loaded().origin_of(reward)}"


def _number(whose: str, value: object, answer: Ranking) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise AlignError(
            f"{whose} returned {value!r} for {_described(answer)}", hint="It must return a finite number."
        )
    return number


def _blamed(function: Callable[[Sequence[Ranking]], Sequence[float]], answers: Sequence[Ranking]) -> str:
    """The first answer on which alone it fails; how many there were, where it fails on none alone."""
    for answer in answers:
        try:
            list(function([answer]))
        except Exception:  # whatever a plugin raises
            return _described(answer)
    return f"{len(answers)} answers together"


def _described(answer: Ranking) -> str:
    return f"the answer {answer.text[:200]!r} to the cue {answer.cue!r}"
