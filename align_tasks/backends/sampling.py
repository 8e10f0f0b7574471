"""Choices drawn again and again, as surveys of models sample them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SETTING = "samples"


@dataclass(frozen=True)
class Sampling:
    """How choices are drawn.

    Attributes:
        choices: texts that may be answered, none of which begins another.
        samples: how many are drawn.
        temperature: by which log-probabilities are divided.
        seed: of the random numbers.
    """

    choices: Sequence[str]
    samples: int
    temperature: float
    seed: int


def sampling_of(settings: Mapping[str, Any]) -> Sampling | None:
    """The sampling that a request's settings ask for; None where a text is to be written freely."""
    if SETTING not in settings:
        return None
    return Sampling(settings["choices"], settings[SETTING], settings["temperature"], settings["seed"])


def told(drawn: Sequence[str]) -> str:
    """Drawn choices as the one text that lm-eval takes for an answer: a line each."""
    return "\n".join(drawn)
