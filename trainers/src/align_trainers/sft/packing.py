"""Micro batches: several examples in one row without padding, or one example a row with padding.

In a packed row no example sees another. What the prompts begin with alike, such as the instruction, stands in
the row once, and every example sees it: it is computed once, and the loss and its gradient are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, takewhile
from typing import Any

import torch

IGNORED = -100
SHARED = -1

Feature = dict[str, Any]
Batch = dict[str, torch.Tensor]


def packed(features: Sequence[Feature]) -> Batch:
    """One row that holds every example.

    Args:
        features: each with ``ids`` of prompt and answer, ``start`` (tokens of the prompt), ``weights`` (one
            for each trained token; none where all weigh 1) and ``source``; those of one source may share a
            beginning.

    Returns:
        ``input_ids``, ``position_ids``, ``labels`` (the token that is to follow, or -100) and ``weights``,
        each of shape (1, length); ``attention_mask``, true where a token sees another, of shape
        (1, 1, length, length).
    """
    row = _Row()
    for _, group in groupby(sorted(features, key=_source), key=_source):
        row.add(list(group))
    return row.batch()


class _Row:
    """A row under construction: for each token its id, position, label, weight, source and example."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._positions: list[int] = []
        self._labels: list[int] = []
        self._weights: list[float] = []
        self._groups: list[int] = []
        self._owners: list[int] = []
        self._examples = 0

    def add(self, features: list[Feature]) -> None:
        """Examples of one source: what all prompts begin with, then the rest of each."""
        shared = _common([feature["ids"][: max(feature["start"] - 1, 0)] for feature in features])
        source = features[0]["source"]
        self._append(features[0], 0, shared, source, SHARED)
        for feature in features:
            self._append(feature, shared, len(feature["ids"]) - 1, source, self._examples)
            self._examples += 1

    def batch(self) -> Batch:
        groups, owners = torch.tensor(self._groups), torch.tensor(self._owners)
        is_one = owners[:, None] == owners
        sees = (groups[:, None] == groups) & (is_one | (owners == SHARED))
        return {
            "input_ids": torch.tensor([self._ids]),
            "position_ids": torch.tensor([self._positions]),
            "labels": torch.tensor([self._labels]),
            "weights": torch.tensor([self._weights]),
            "attention_mask": sees.tril()[None, None],
        }

    def _append(self, feature: Feature, first: int, last: int, group: int, owner: int) -> None:
        self._ids += [int(one) for one in feature["ids"][first:last]]
        self._positions += range(first, last)
        self._labels += _labels(feature)[first:last]
        self._weights += _weights(feature)[first:last]
        self._groups += [group] * (last - first)
        self._owners += [owner] * (last - first)


def _common(beginnings: Sequence[Sequence[int]]) -> int:
    """How many ids all sequences begin with alike."""
    alike = takewhile(lambda ids: len(set(ids)) == 1, zip(*beginnings, strict=False))
    return sum(1 for _ in alike)


def _source(feature: Feature) -> int:
    source: int = feature["source"]
    return source


def padded(features: Sequence[Feature]) -> Batch:
    """One row for each example, padded on the right with token 0, which the mask hides.

    Args:
        features: as `packed` takes them.

    Returns:
        ``input_ids``, ``attention_mask``, ``labels`` and ``weights``, each of shape (examples, longest).
    """
    longest = max(len(feature["ids"]) - 1 for feature in features)

    def rows(values: Sequence[list[Any]], filler: Any) -> torch.Tensor:
        return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in values])

    return {
        "input_ids": rows([list(feature["ids"][:-1]) for feature in features], 0),
        "attention_mask": rows([[1] * (len(feature["ids"]) - 1) for feature in features], 0),
        "labels": rows([_labels(feature) for feature in features], IGNORED),
        "weights": rows([_weights(feature) for feature in features], 0.0),
    }


def trained_tokens(feature: Feature) -> int:
    """Number of tokens that the model learns; a text's very first has nothing before it."""
    return len(feature["ids"]) - max(int(feature["start"]), 1)


def _labels(feature: Feature) -> list[int]:
    """For each token but the last, the one that is to follow it, where the model learns that one."""
    first = max(feature["start"], 1)
    return [IGNORED] * (first - 1) + [int(one) for one in feature["ids"][first:]]


def _weights(feature: Feature) -> list[float]:
    trained = trained_tokens(feature)
    weights = feature["weights"] or [1.0] * trained
    return [0.0] * (len(feature["ids"]) - 1 - trained) + list(weights[-trained:])
