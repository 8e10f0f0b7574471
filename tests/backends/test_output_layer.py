"""What a frozen output layer computes from, and what it copies."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.profiler import ProfilerActivity, profile
from transformers import AutoModelForCausalLM

from align_tasks.backends.output_layer import read_without_copies

ROWS = torch.arange(3, 18).reshape(3, 5)


@pytest.fixture
def frozen(tiny_model: Path) -> Any:
    """A model as it lies under an adapter."""
    return AutoModelForCausalLM.from_pretrained(tiny_model).requires_grad_(False)


def read(model: Any) -> tuple[torch.Tensor, list[Any]]:
    """What follows each row, and the shapes of products with a matrix of the vocabulary for each row."""
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as profiled, torch.inference_mode():
        logits = model(ROWS, logits_to_keep=1).logits
    width = model.config.vocab_size
    products = [event.input_shapes for event in profiled.events() if event.name == "aten::bmm"]
    return logits, [shapes for shapes in products if any(width in shape for shape in shapes)]


def test_weights_are_not_copied_for_each_row(frozen: Any) -> None:
    before, copied = read(frozen)
    assert len(copied) == 1  # where torch has mended this, nothing is left to do
    read_without_copies(frozen)
    after, copied = read(frozen)
    assert copied == []
    torch.testing.assert_close(after, before)


def test_a_model_without_an_output_layer_stays_as_it_is() -> None:
    read_without_copies(SimpleNamespace(get_output_embeddings=lambda: None))
