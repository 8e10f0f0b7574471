"""Which texts a model reads together: as many as fit, those that begin alike side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A text whose last tokens are to be scored.

    Attributes:
        ids: of its tokens, first those that the scored ones follow; at least one.
        scored: how many of its last tokens are scored.
    """

    ids: tuple[int, ...]
    scored: int

    @property
    def read(self) -> tuple[int, ...]:
        """What the model reads of it: its last token is predicted, and not read."""
        return self.ids[:-1]

    @property
    def predicted_after(self) -> set[tuple[int, ...]]:
        """The texts after which its scored tokens are predicted."""
        return {self.ids[:end] for end in range(len(self.ids) - self.scored, len(self.ids))}


def plan_rows(texts: Sequence[Text], length: int, predicted: int) -> list[list[int]]:
    """Divide texts into rows, in the order of their tokens.

    Args:
        texts: to be divided.
        length: most tokens of a row, where what several texts begin with counts once.
        predicted: most places of a row at which a token is predicted, likewise.

    Returns:
        For each row, the places of its texts; every text is in one row, a longer one in a row of its own.
    """
    rows: list[list[int]] = []
    tokens = 0
    places: set[tuple[int, ...]] = set()
    before: tuple[int, ...] = ()
    for number in sorted(range(len(texts)), key=lambda number: texts[number].ids):
        text = texts[number]
        after = text.predicted_after
        new = len(text.read) - _alike(before, text.read)
        if not rows or tokens + new > length or len(places) + len(after - places) > predicted:
            rows.append([])
            tokens, places = 0, set()
            new = len(text.read)
        rows[-1].append(number)
        tokens += new
        places |= after
        before = text.read
    return rows


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """With how many tokens both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
