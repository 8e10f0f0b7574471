"""The questions of a run, as TRL draws them."""

from __future__ import annotations

from collections.abc import Iterator

from torch.utils.data import Sampler

from align_trainers.ranking.order import Order


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
