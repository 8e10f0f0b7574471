"""Answers that are orders of the candidates: which tokens may follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Ids = tuple[int, ...]
Words = tuple[Ids, ...]
Reading = tuple[frozenset[int], Ids]
"""The candidates that are not begun, and the ids that are still to come of the one that is."""


class Permutation:
    """The state of an answer that names every candidate once.

    The same ids can be read in several ways where a candidate begins another, or where it goes on as the
    separator begins ("人々" before "、", in bytes). Every way stays open until an id decides.

    Args:
        first: the candidates' token ids as they begin an answer.
        later: as they stand behind another, with the separator.
        ends: the tokens that may end the answer.
    """

    def __init__(self, first: Words, later: Words, ends: Sequence[int]) -> None:
        self._later = later
        self._ends = list(ends)
        self.longest = max(map(len, first)) + sum(map(len, later)) + 1
        """Tokens that an answer has at most."""
        everything = frozenset(range(len(first)))
        self._readings: set[Reading] = {(everything - {word}, first[word]) for word in everything}

    def allowed(self) -> list[int]:
        """The ids that may follow, ascending."""
        return sorted({token for token, _ in self._ways()})

    def take(self, token: int) -> None:
        """Go on behind one of the allowed ids."""
        self._readings = {reading for first, reading in self._ways() if first == token}

    def _ways(self) -> Iterator[tuple[int, Reading]]:
        """Each id that may follow, and a reading behind it."""
        for left, rest in self._readings:
            begun = [(left, rest)] if rest else [(left - {word}, self._later[word]) for word in left]
            for others, ids in begun or [(left, (end,)) for end in self._ends]:
                yield ids[0], (others, ids[1:])
