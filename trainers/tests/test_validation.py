from __future__ import annotations

from typing import Any

import pytest

from align_tasks.norms.load import load_norms
from align_tasks.tasks.association import scored_rows
from align_tasks.tasks.ranking import ranking_rows
from align_trainers.encoding import Encoder
from align_trainers.ranking.validation import RankingValidation
from align_trainers.sft.validation import PrecisionAt5


class Answering:
    """A model that answers every prompt with the token ids of one text."""

    def __init__(self, ids: list[int]) -> None:
        self._ids = ids
        self.device = "cpu"

    def generate(self, input_ids: Any, **_: Any) -> Any:
        import torch

        return torch.cat([input_ids, torch.tensor([self._ids] * len(input_ids))], dim=1)


@pytest.fixture
def rows(us: Any) -> list[dict[str, Any]]:
    return scored_rows(load_norms(us, "demo"), "validation", 7)


def test_words_that_people_gave_count_by_fifths(rows: list[dict[str, Any]], encoder: Encoder) -> None:
    row = rows[0]
    text = f" {row['responses'][1]}, {row['responses'][0]}, nobody says this\nmore"
    model = Answering(encoder.tokenizer(text)["input_ids"])
    assert PrecisionAt5([row], encoder, 2).sum_over(model) == pytest.approx(2 / 5)


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_parts_add_up_whatever_their_number(rows: list[dict[str, Any]], encoder: Encoder, parts: int) -> None:
    words = {word for row in rows for word in row["responses"]}
    text = " " + ", ".join(sorted(words)[:5])
    model = Answering(encoder.tokenizer(text)["input_ids"])
    measured = PrecisionAt5(rows, encoder, 2)
    expected = sum(len(set(row["responses"]) & set(sorted(words)[:5])) / 5 for row in rows)
    assert expected > 0
    assert sum(measured.sum_over(model, part, parts) for part in range(parts)) == pytest.approx(expected)


def test_an_order_counts_by_spearman_and_an_answer_without_a_candidate_nothing(
    us: Any, encoder: Encoder
) -> None:
    """Two neighbours of n swapped: 1 - 6 x 2 / (n (n² - 1)); the other candidates are not named."""
    untied = [row for row in ranking_rows(load_norms(us, "demo"), "validation") if not tied(row)]
    row, other = next(
        (one, other)
        for one in untied
        for other in untied
        if not {*one["candidates"]} & {*other["candidates"]}
    )
    counts = dict(zip(row["candidates"], row["counts"], strict=True))
    first, second, *rest = sorted(counts, key=lambda word: -counts[word])
    model = Answering(encoder.tokenizer(f" {', '.join([second, first, *rest])}\nmore")["input_ids"])
    number = len(counts)
    swapped = 1 - 12 / (number * (number**2 - 1))
    assert RankingValidation([row, other, other], encoder, 2, 128).measure(model) == {
        "eval_spearman": pytest.approx(swapped / 3),
        "eval_invalid": pytest.approx(2 / 3),
    }


def tied(row: dict[str, Any]) -> bool:
    return len(set(row["counts"])) < len(row["counts"])
