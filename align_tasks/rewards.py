"""A reward: the number that a trainer of rankings learns to raise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from align_tasks.errors import AlignError
from align_tasks.reference import Function, resolve

if TYPE_CHECKING:
    from align_tasks.scores.ranking import Ranking


@dataclass(frozen=True)
class Reward:
    """What an order of candidates is worth, for trainers that learn by it.

    Attributes:
        name: by which recipes weigh it.
        score: takes a sequence of `align_tasks.scores.ranking.Ranking`, the answers to any questions; returns
            a finite number for each, the higher the better.
        summary: what it rewards and its range, in one line.
    """

    name: str
    score: Function
    _: KW_ONLY
    summary: str

    def function(self) -> Callable[[Sequence[Ranking]], Sequence[float]]:
        """The function that scores, imported when first asked for.

        Raises:
            AlignError: it cannot be imported.
        """
        return resolve(self.score)


def rewards() -> dict[str, Reward]:
    """All rewards by name: those of the package, then those of plugins."""
    from align_tasks.plugins.loading import registry

    return dict(registry().rewards)


def get_reward(name: str) -> Reward:
    """Reward of that name.

    Raises:
        AlignError: there is none; names those there are.
    """
    known = rewards()
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=1)
    meant = f"Is {close[0]} meant? " if close else ""
    raise AlignError(f"unknown reward {name!r}", hint=f"{meant}Rewards: {', '.join(known)}")
