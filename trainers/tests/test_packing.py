from __future__ import annotations

from typing import Any

import pytest
import torch

from align_trainers.sft.packing import IGNORED, packed, padded
from align_trainers.sft.trainer import check_packing, nll


def feature(
    ids: list[int], start: int, *, weights: list[float] | None = None, source: int = 0
) -> dict[str, Any]:
    return {"ids": ids, "start": start, "weights": weights or [], "source": source}


TWO = [feature([7, 8, 1, 20, 21, 0], 3), feature([7, 8, 2, 30, 0], 3)]
MANY = [
    feature([7, 8, 1, 20, 21, 0], 3),
    feature([7, 8, 2, 30, 0], 3),
    feature([7, 8, 1, 40, 41, 42, 0], 3),
    feature([9, 50, 51, 0], 1, source=1),
    feature([9, 52, 0], 1, source=1),
    feature([60, 61, 62], 0, source=2),
]


def test_what_the_prompts_begin_with_stands_in_the_row_once() -> None:
    batch = packed(TWO)
    assert batch["input_ids"].tolist() == [[7, 8, 1, 20, 21, 2, 30]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 4, 2, 3]]
    assert batch["labels"].tolist() == [[IGNORED, IGNORED, 20, 21, 0, 30, 0]]


def test_an_example_sees_the_shared_beginning_and_itself_and_nothing_later() -> None:
    sees = packed(TWO)["attention_mask"][0, 0].int().tolist()
    assert sees == [
        [1, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 0, 1, 0],
        [1, 1, 0, 0, 0, 1, 1],
    ]


def test_equal_prompts_share_all_but_their_last_token_which_predicts_the_answers() -> None:
    batch = packed([feature([7, 8, 20, 0], 2), feature([7, 8, 30, 0], 2)])
    assert batch["input_ids"].tolist() == [[7, 8, 20, 8, 30]]
    assert batch["labels"].tolist() == [[IGNORED, 20, 0, 30, 0]]


def test_examples_of_different_sources_do_not_see_one_another() -> None:
    batch = packed([feature([7, 8, 20, 0], 2, source=1), feature([7, 8, 30, 0], 2)])
    assert batch["input_ids"].tolist() == [[7, 8, 30, 7, 8, 20]]
    assert not batch["attention_mask"][0, 0, 3:, :3].any()


def test_padded_rows_hide_what_fills_them() -> None:
    batch = padded(TWO)
    assert batch["input_ids"].tolist() == [[7, 8, 1, 20, 21], [7, 8, 2, 30, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]]
    assert batch["labels"].tolist() == [[IGNORED, IGNORED, 20, 21, 0], [IGNORED, IGNORED, 30, 0, IGNORED]]


def test_packed_and_padded_give_every_trained_token_the_same_loss(model: Any) -> None:
    with torch.no_grad():
        one_by_one = [loss for row in MANY for loss in nll(model, padded([row])).tolist() if loss]
        together = [loss for loss in nll(model, packed(MANY)).tolist() if loss]
        padded_sum = float(nll(model, padded(MANY)).sum())
    assert together == pytest.approx(one_by_one, rel=1e-4)
    assert sum(one_by_one) == pytest.approx(padded_sum, rel=1e-5)


def test_packed_and_padded_give_the_same_gradient(model: Any) -> None:
    gradients = []
    for collate in (packed, padded):
        model.zero_grad()
        nll(model, collate(MANY)).sum().backward()
        gradients.append(torch.cat([parameter.grad.flatten() for parameter in model.parameters()]))
    assert torch.allclose(*gradients, atol=1e-4)
    assert gradients[0].norm() > 1


def test_the_loss_is_that_of_the_library(model: Any) -> None:
    row = MANY[2]
    labels = torch.tensor([[IGNORED] * 3 + row["ids"][3:]])
    with torch.no_grad():
        expected = model(input_ids=torch.tensor([row["ids"]]), labels=labels).loss
        assert float(nll(model, packed([row])).mean()) == pytest.approx(float(expected), rel=1e-5)


def test_weights_multiply_the_loss_of_their_tokens(model: Any) -> None:
    plain = nll(model, packed([feature([7, 8, 1, 20, 21, 0], 3)]))
    weighted = nll(model, packed([feature([7, 8, 1, 20, 21, 0], 3, weights=[0.5, 2.0, 1.0])]))
    assert weighted.tolist() == pytest.approx((plain * torch.tensor([0.5, 2.0, 1.0])).tolist())


def test_a_model_that_obeys_the_mask_passes_the_check(model: Any) -> None:
    assert check_packing(model, MANY[:2])


def test_a_model_that_sees_its_neighbours_fails_the_check(model: Any) -> None:
    forward = model.forward
    model.forward = lambda **inputs: forward(**{**inputs, "attention_mask": None})
    assert not check_packing(model, MANY[:2])


def test_a_model_that_cannot_read_the_mask_fails_the_check(model: Any) -> None:
    forward = model.forward

    def refusing(**inputs: Any) -> Any:
        if inputs["attention_mask"].dim() == 4:
            raise ValueError("too many values to unpack")
        return forward(**inputs)

    model.forward = refusing
    assert not check_packing(model, MANY[:2])
