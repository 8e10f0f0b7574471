"""A frozen output layer that is read without copies of its weights."""

from __future__ import annotations

from typing import Any

import torch


def read_without_copies(model: Any) -> None:
    """Have the output layer of a model read contiguous tensors.

    Of a matrix that needs no gradient `torch.matmul` makes a copy for each row where the other factor has
    three dimensions and is not contiguous, as the last places of several texts are not. PEFT freezes the
    base model, and so `generate` copies the output layer once per prompt: with the 262,144 words of Gemma
    3 270M that is a third of a gigabyte for each, and most of the time.

    Args:
        model: of transformers; one without an output layer stays as it is.
    """
    layer = model.get_output_embeddings()
    if layer is not None:
        layer.register_forward_pre_hook(_contiguous)


def _contiguous(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(one.contiguous() for one in inputs)
