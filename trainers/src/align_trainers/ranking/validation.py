"""The ranking task on held-out cues while training, by the code that scores ``swow_XX_rank``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import reduce

from align_tasks.scores.ranking import invalid, read_answer, spearman
from align_tasks.tasks.dataset import Doc, prompts_of
from align_trainers.encoding import Encoder
from align_trainers.generation import batches_of_part, greedy_answers


class RankingValidation:
    """Asks a model to rank, and scores its answers.

    Args:
        rows: of the ranking task.
        encoder: writes the prompts.
        batch_size: prompts at a time.
        max_new_tokens: longest answer.
    """

    def __init__(self, rows: Sequence[Doc], encoder: Encoder, batch_size: int, max_new_tokens: int) -> None:
        texts = [encoder.prompt_text(prompts_of(row)[0]) for row in rows]
        self._asked = [(row, encoder.prompt_ids(text)) for row, text in zip(rows, texts, strict=True)]
        self._encoder = encoder
        self._batch_size = batch_size
        self._max_new_tokens = max_new_tokens

    def measure(self, model: Any) -> dict[str, float]:
        """Mean Spearman, an unreadable answer counting 0, and the share of these; nothing without rows."""
        if not self._asked:
            return {}
        state = PartialState()
        totals = torch.zeros(2)
        mine = batches_of_part(self._asked, self._batch_size, state.process_index, state.num_processes)
        for asked, counts in mine:
            totals += self._totals(model, asked) * counts
        means = reduce(totals.to(model.device), reduction="sum") / len(self._asked)
        return {"eval_spearman": float(means[0]), "eval_invalid": float(means[1])}

    def _totals(self, model: Any, asked: Sequence[tuple[Doc, list[int]]]) -> torch.Tensor:
        texts = greedy_answers(
            model,
            self._encoder.tokenizer,
            [ids for _, ids in asked],
            max_new_tokens=self._max_new_tokens,
            one_line=not self._encoder.is_chat,
        )
        answers = [read_answer(row, [text]) for (row, _), text in zip(asked, texts, strict=True)]
        return torch.tensor([sum(map(spearman, answers)), sum(map(invalid, answers))])
