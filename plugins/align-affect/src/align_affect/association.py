"""Metrics of the associations that a model wrote to a cue: how its words are rated, beside people's.

``concreteness_gap`` is the concreteness gap of arXiv 2508.13426: the first 10 words of each list, on a scale
from 1 to 5. The authors' code takes the median of a list where this takes the mean; with the median it is
``concreteness_gap_paper``.

What differs all the same: the authors average each side's medians over all cues where that side has a rated
word, while a gap here rests on the cues where both have one; words are read and normalised by our rules; and
the norms are those that were imported, while the authors' Chinese ones are other lists, rescaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, median

from align_affect.gap import AffectGap, Average, affect_gap, average_rating
from align_affect.ratings import ratings_of
from align_tasks.scores.association import WrittenAssociations


@dataclass(frozen=True)
class Dimension:
    """The metrics of one dimension of the ratings; all are left out where people's list has no rated word.

    `people` and `rated` rest on all other cues, whatever a model wrote. `model`, `gap` and `gap_paper` are
    left out where the model's list has no rated word, too: `rated` says how often it has one.

    Attributes:
        name: ``valence`` or ``arousal``, from 1 to 9, or ``concreteness``, from 1 to 5.
    """

    name: str

    def model(self, answer: WrittenAssociations) -> float | None:
        """Mean rating of those of the model's first 10 words that the norms rate, in their unit."""
        both = self._both(answer)
        return None if both is None else both.model

    def people(self, answer: WrittenAssociations) -> float | None:
        """The same of people's 10 most frequent words, whatever the model wrote."""
        return average_rating(answer.responses, self._ratings(answer))

    def rated(self, answer: WrittenAssociations) -> float | None:
        """1 when the norms rate a word among the model's first 10, 0 when they rate none."""
        if self.people(answer) is None:
            return None
        return float(average_rating(answer.words, self._ratings(answer)) is not None)

    def gap(self, answer: WrittenAssociations) -> float | None:
        """The model's mean minus people's."""
        both = self._both(answer)
        return None if both is None else both.gap

    def gap_paper(self, answer: WrittenAssociations) -> float | None:
        """The model's median minus people's, as the authors average a list."""
        both = self._both(answer, median)
        return None if both is None else both.gap

    def _both(self, answer: WrittenAssociations, average: Average = fmean) -> AffectGap | None:
        return affect_gap(answer.words, answer.responses, self._ratings(answer), average)

    def _ratings(self, answer: WrittenAssociations) -> Mapping[str, float]:
        return ratings_of(answer.language).get(self.name, {})


valence = Dimension("valence")
arousal = Dimension("arousal")
concreteness = Dimension("concreteness")
