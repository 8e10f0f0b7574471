"""Choices drawn by a transformers model."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from transformers import DynamicCache

from align_tasks.backends.sampling import Sampling


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

    The context is read once; only models that keep no cache of keys and values read it for each choice.

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
    read = _read(model, context[:-1])
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(sampling.seed)
        while len(drawn) < sampling.samples:
            rows = min(at_once, sampling.samples - len(drawn))
            found = model.generate(
                input_ids=torch.tensor([list(context)] * rows, device=device),
                attention_mask=torch.ones((rows, len(context)), dtype=torch.long, device=device),
                past_key_values=_repeated(read, rows),
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


def _read(model: Any, ids: Sequence[int]) -> DynamicCache | None:
    """The keys and values of a text."""
    if not ids:
        return None
    with torch.inference_mode():
        found = model(
            input_ids=torch.tensor([list(ids)], device=model.device), use_cache=True, logits_to_keep=1
        )
    kept = getattr(found, "past_key_values", None)
    return kept if isinstance(kept, DynamicCache) else None


def _repeated(read: DynamicCache | None, rows: int) -> DynamicCache | None:
    """What was read, for so many rows that go on from there."""
    if read is None:
        return None
    kept = copy.deepcopy(read)
    kept.batch_repeat_interleave(rows)
    return kept


def _choice(by_ids: Mapping[tuple[int, ...], str], ids: Sequence[int]) -> str:
    """The choice that was written, whatever fills the row behind it."""
    return next(choice for one, choice in by_ids.items() if tuple(ids[: len(one)]) == one)
