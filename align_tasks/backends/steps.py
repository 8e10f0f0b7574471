"""Log-likelihoods put together from what may follow each text, asked once for all that go on from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Text = tuple[int, ...]
One = TypeVar("One")


@dataclass
class Following:
    """What a model says of the token after a text.

    Attributes:
        logprobs: of the tokens that were asked for.
        likeliest: the likeliest of all tokens.
    """

    logprobs: dict[int, float]
    likeliest: int


def steps(text: Text, scored: int) -> list[tuple[Text, int]]:
    """Each of the last tokens of a text, as many as are scored, with the text before it."""
    return [(text[:end], text[end]) for end in range(len(text) - scored, len(text))]


def wanted(taken: Iterable[tuple[Text, int]]) -> dict[Text, list[int]]:
    """For each text the tokens that are asked for after it, each once."""
    found: dict[Text, dict[int, None]] = {}
    for before, token in taken:
        found.setdefault(before, {})[token] = None
    return {before: list(tokens) for before, tokens in found.items()}


def put_together(taken: Sequence[tuple[Text, int]], told: Mapping[Text, Following]) -> tuple[float, bool]:
    """The log-likelihood of some steps, and whether each of them is the likeliest."""
    score = sum(told[before].logprobs[token] for before, token in taken)
    return score, all(told[before].likeliest == token for before, token in taken)


def portions(numbers: Sequence[One], size: int) -> Iterator[list[One]]:
    """So many at a time."""
    for start in range(0, len(numbers), size):
        yield list(numbers[start : start + size])
