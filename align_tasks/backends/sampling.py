"""Choices drawn again and again, as surveys of models sample them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

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


def draw(
    model: Any,
    context: Sequence[int],
    spelled: Sequence[Sequence[int]],
    sampling: Sampling,
    *,
    end: int,
    at_once: int,
) -> list[str]:
    """Have a transformers model write choices, token by token, each of which some choice goes on with.

    Args:
        model: of transformers.
        context: ids after which the choice is written.
        spelled: the ids of each choice.
        sampling: how to draw.
        end: an id that ends a text.
        at_once: how many are written side by side.

    Returns:
        The choices, in the order in which they were drawn.
    """
    by_ids = {tuple(ids): choice for ids, choice in zip(spelled, sampling.choices, strict=True)}

    def allowed(_: int, ids: torch.Tensor) -> list[int]:
        written = tuple(ids[len(context) :].tolist())
        follow = {one[len(written)] for one in by_ids if one[: len(written)] == written != one}
        return sorted(follow) or [end]

    drawn: list[str] = []
    device = model.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(sampling.seed)
        while len(drawn) < sampling.samples:
            found = model.generate(
                input_ids=torch.tensor([list(context)], device=device),
                attention_mask=torch.ones((1, len(context)), dtype=torch.long, device=device),
                num_return_sequences=min(at_once, sampling.samples - len(drawn)),
                max_new_tokens=max(map(len, by_ids)),
                prefix_allowed_tokens_fn=allowed,
                do_sample=True,
                temperature=sampling.temperature,
                top_k=0,
                top_p=1.0,
                repetition_penalty=1.0,
                eos_token_id=end,
                pad_token_id=end,
            )
            drawn += [_choice(by_ids, ids) for ids in found[:, len(context) :].tolist()]
    return drawn


def _choice(by_ids: Mapping[tuple[int, ...], str], ids: Sequence[int]) -> str:
    """The choice that was written, whatever fills the row behind it."""
    return next(choice for one, choice in by_ids.items() if tuple(ids[: len(one)]) == one)
