"""Answers of a model to prompts, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

LINE_END = "\n"


class LineEnds(StoppingCriteria):
    """Stops an answer behind the first token that holds a line end.

    The library's own criterion for texts looks at the whole vocabulary first, which takes most of a minute.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        last = self._tokenizer.batch_decode(input_ids[:, -1:])
        return torch.tensor([LINE_END in text for text in last], device=input_ids.device)


def greedy_answers(
    model: Any, tokenizer: Any, prompts: Sequence[Sequence[int]], *, max_new_tokens: int, one_line: bool
) -> list[str]:
    """The likeliest continuation of each prompt, token by token.

    Args:
        model: in evaluation mode.
        prompts: token ids; they are padded on the left with token 0, which the mask hides.
        max_new_tokens: longest answer.
        one_line: an answer ends with its line, as a base model's does in the evaluation.
    """
    longest = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    stops = StoppingCriteriaList([LineEnds(tokenizer)] if one_line else [])
    with torch.no_grad():
        found = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=tokenizer.eos_token_id,
            stopping_criteria=stops,
        )
    texts: list[str] = tokenizer.batch_decode(found[:, longest:], skip_special_tokens=True)
    return [text.partition(LINE_END)[0] for text in texts] if one_line else texts


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in pieces of `size`, the last of which may be shorter."""
    return (items[place : place + size] for place in range(0, len(items), size))


def batches_of_part(
    items: Sequence[Any], size: int, part: int, parts: int
) -> Iterator[tuple[Sequence[Any], bool]]:
    """The batches that one of some processes computes: every `parts`-th from the one with number `part` on.

    All get equally many, as models that are spread over processes need: whoever has one too few gets another
    one's, which does not count.

    Yields:
        A batch, and whether it counts.
    """
    every = list(batches(items, size))
    for first in range(0, len(every), parts):
        is_mine = first + part < len(every)
        yield every[first + part if is_mine else first], is_mine
