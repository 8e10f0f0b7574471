"""Texts as one row for a model, in which whatever several of them begin with stands once."""

from __future__ import annotations

from collections.abc import Sequence

import torch

ROOT = -1


class PrefixTree:
    """Tokens, each behind the one before it in its text, and seeing exactly the text before it.

    Attributes:
        ids: of the tokens, in the order in which they were added.
        positions: of the tokens in their own texts.
    """

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.positions: list[int] = []
        self._parents: list[int] = []
        self._children: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: Sequence[int], after: int = ROOT) -> int:
        """Add a text behind a token; returns the place of its last token."""
        place = after
        for token in ids:
            place = self.child(place, token)
        return place

    def child(self, parent: int, token: int) -> int:
        """The place of a token behind another, made where there is none."""
        key = parent, int(token)
        if key not in self._children:
            self._children[key] = len(self.ids)
            self.ids.append(int(token))
            self._parents.append(parent)
            self.positions.append(0 if parent == ROOT else self.positions[parent] + 1)
        return self._children[key]

    def sees(self) -> torch.Tensor:
        """Which tokens each sees: those that its parent sees, and itself; shape (length, length)."""
        found = torch.eye(len(self.ids), dtype=torch.bool)
        for place, parent in enumerate(self._parents):
            if parent != ROOT:
                found[place] |= found[parent]
        return found
