from __future__ import annotations

from typing import Any

import pytest
import torch

from align_trainers.generation import batches, batches_of_part, greedy_answers


def test_padding_does_not_change_what_the_model_writes(model: Any, tokenizer: Any) -> None:
    prompts = [tokenizer("Word: red")["input_ids"], tokenizer("Word: a much longer one")["input_ids"]]
    together = greedy_answers(model, tokenizer, prompts, max_new_tokens=12, one_line=False)
    alone = [
        greedy_answers(model, tokenizer, [prompt], max_new_tokens=12, one_line=False)[0] for prompt in prompts
    ]
    assert together == alone


def test_each_token_is_the_likeliest_behind_those_before(model: Any, tokenizer: Any) -> None:
    prompt = tokenizer("Word: red")["input_ids"]
    ids = list(prompt)
    with torch.no_grad():
        for _ in range(6):
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
    (answer,) = greedy_answers(model, tokenizer, [prompt], max_new_tokens=6, one_line=False)
    assert answer == tokenizer.decode(ids[len(prompt) :], skip_special_tokens=True)


def test_an_answer_of_one_line_ends_with_it(tokenizer: Any) -> None:
    class Writing:
        """Writes a text, token by token, for as long as nothing stops it."""

        device = "cpu"
        written = 0

        def generate(self, input_ids: torch.Tensor, stopping_criteria: Any, **_: Any) -> torch.Tensor:
            for token in tokenizer("rose, blood\nWord: blue")["input_ids"]:
                input_ids = torch.cat([input_ids, torch.tensor([[token]])], dim=1)
                self.written += 1
                if stopping_criteria(input_ids, None).all():
                    break
            return input_ids

    model = Writing()
    prompt = tokenizer("Word: red")["input_ids"]
    assert greedy_answers(model, tokenizer, [prompt], max_new_tokens=99, one_line=True) == ["rose, blood"]
    assert model.written == len(tokenizer("rose, blood\n")["input_ids"])


def test_batches_hold_everything_once() -> None:
    assert [list(part) for part in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_parts_have_equally_many_batches_of_which_each_counts_once(parts: int) -> None:
    found = [list(batches_of_part(range(7), 2, part, parts)) for part in range(parts)]
    assert {len(part) for part in found} == {-(-4 // parts)}
    counted = [list(batch) for part in found for batch, counts in part if counts]
    assert sorted(counted) == [[0, 1], [2, 3], [4, 5], [6]]
