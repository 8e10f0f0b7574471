"""Rollouts as one row in which whatever several of them begin with is computed once.

The row is a prefix tree: a token stands in it once for each different text before it, and sees exactly that
text. Prompts share the instruction, answers to one question share its prompt, and equal answers share all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from align_tasks.backends.prefix_tree import PrefixTree
from align_trainers.ppo.rollout import Rollout


@dataclass(frozen=True)
class PackedRow:
    """A row for the model, and where in it the answers' tokens are predicted.

    Attributes:
        ids: shape (1, length).
        positions: of the tokens in their own texts, shape (1, length).
        sees: true where a token sees another, shape (1, 1, length, length).
        columns: places of the row after which an answer goes on, ascending.
        predicted_at: for every token of all answers, in order, the index into `columns` at which it is
            predicted; shape (tokens,).
        tokens: their ids, shape (tokens,).
        allowed: for each of `columns`, the ids that may follow; empty where all may.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    sees: torch.Tensor
    columns: torch.Tensor
    predicted_at: torch.Tensor
    tokens: torch.Tensor
    allowed: list[Sequence[int]]


def packed_row(rollouts: Sequence[Rollout]) -> PackedRow:
    """The prefix tree of some rollouts; the last token of an answer is predicted, and not read."""
    tree = PrefixTree()
    places: list[int] = []
    allowed: dict[int, Sequence[int]] = {}
    for rollout in rollouts:
        last = tree.add(rollout.prompt)
        for number, token in enumerate(rollout.answer):
            places.append(last)
            allowed[last] = rollout.allowed[number] if rollout.allowed else ()
            if number + 1 < len(rollout.answer):
                last = tree.child(last, token)
    columns = sorted(set(places))
    index = {place: column for column, place in enumerate(columns)}
    return PackedRow(
        ids=torch.tensor([tree.ids]),
        positions=torch.tensor([tree.positions]),
        sees=tree.sees()[None, None],
        columns=torch.tensor(columns),
        predicted_at=torch.tensor([index[place] for place in places]),
        tokens=torch.tensor([token for rollout in rollouts for token in rollout.answer]),
        allowed=[allowed[place] for place in columns],
    )
