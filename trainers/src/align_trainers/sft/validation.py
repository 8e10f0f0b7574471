"""P@5 on held-out cues while training, by the code that scores ``swow_XX``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from align_tasks.scores.association import p_at_5, read_answer
from align_tasks.tasks.dataset import Doc, prompts_of
from align_trainers.encoding import Encoder
from align_trainers.generation import batches_of_part, greedy_answers

MAX_NEW_TOKENS = 128
"""Room for five words and more; the task allows longer lists, whose later words P@5 does not look at."""


class PrecisionAt5:
    """Asks a model for associations to cues, and scores them.

    Args:
        rows: of the association task; see `align_tasks.tasks.association.scored_rows`.
        encoder: writes the prompts.
        batch_size: prompts at a time.
    """

    def __init__(self, rows: Sequence[Doc], encoder: Encoder, batch_size: int) -> None:
        texts = [encoder.prompt_text(prompts_of(row)[0]) for row in rows]
        self._asked = [(row, encoder.prompt_ids(text)) for row, text in zip(rows, texts, strict=True)]
        self._encoder = encoder
        self._batch_size = batch_size

    def __len__(self) -> int:
        return len(self._asked)

    def sum_over(self, model: Any, part: int = 0, parts: int = 1) -> float:
        """Sum of P@5 over every `parts`-th batch of cues from the one with number `part` on.

        Parts run equally many batches; see `batches_of_part`.
        """
        mine = batches_of_part(self._asked, self._batch_size, part, parts)
        return math.fsum(self._score(model, asked, counts) for asked, counts in mine)

    def _score(self, model: Any, asked: Sequence[tuple[Doc, list[int]]], counts: bool) -> float:
        answers = greedy_answers(
            model,
            self._encoder.tokenizer,
            [ids for _, ids in asked],
            max_new_tokens=MAX_NEW_TOKENS,
            one_line=not self._encoder.is_chat,
        )
        scores = (p_at_5(read_answer(row, [text])) for (row, _), text in zip(asked, answers, strict=True))
        return math.fsum(scores) if counts else 0.0
