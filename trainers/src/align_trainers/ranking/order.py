"""Which questions a step asks: the same for every trainer that asks with the same seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Order:
    """The order in which questions are asked: all once in a random order, then in another.

    Attributes:
        total: number of questions there are.
        seed: of the orders.
    """

    total: int
    seed: int

    def numbers(self, step: int, count: int) -> list[int]:
        """Numbers of the questions of a step, which follow from the seed and the step alone.

        Args:
            step: from 0 on.
            count: questions in each step.
        """
        first, last = step * count, (step + 1) * count
        rounds = range(first // self.total, (last - 1) // self.total + 1)
        order = np.concatenate([self._round(number) for number in rounds])
        start = first - rounds[0] * self.total
        return [int(number) for number in order[start : start + count]]

    def _round(self, number: int) -> np.ndarray:
        return np.random.default_rng([self.seed, *b"questions", number]).permutation(self.total)
