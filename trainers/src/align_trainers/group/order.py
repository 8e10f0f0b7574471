"""Which questions a step asks: the same, in the same order, as PPO does with the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Sampler


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


class StepSampler(Sampler[int]):
    """Numbers of questions as TRL draws them: those of a step, each as often as it is answered.

    A whole run is one pass, so that one that was interrupted finds its place by counting.

    Args:
        order: of the questions.
        steps: of the run.
        questions: asked in a step.
        samples: answers to each.
        repeats: how often the questions of a step are drawn; TRL samples answers at the first time only.
    """

    def __init__(self, order: Order, *, steps: int, questions: int, samples: int, repeats: int) -> None:
        self._order = order
        self._steps = steps
        self._questions = questions
        self._samples = samples
        self._repeats = repeats

    def __len__(self) -> int:
        return self._steps * self._repeats * self._questions * self._samples

    def __iter__(self) -> Iterator[int]:
        for step in range(self._steps):
            numbers = self._order.numbers(step, self._questions)
            for _ in range(self._repeats):
                yield from (number for number in numbers for _ in range(self._samples))
