"""How far an answer was written when it had named one word more."""

from __future__ import annotations

from collections.abc import Sequence

from align_tasks.prompts import wording
from align_trainers.encoding import Encoder
from align_trainers.ranking.questions import answer_text


def beginnings(encoder: Encoder, answer: Sequence[int], language: str) -> list[tuple[int, str]]:
    """The tokens of an answer, its last one left out, that end a word, and the text up to there.

    A word ends where the separator of the language begins.
    """
    separator = wording(language).separator.strip()
    found = []
    words = 0
    for token in range(len(answer) - 1):
        text = answer_text(encoder, answer[: token + 1])
        if text.count(separator) > words:
            words = text.count(separator)
            found.append((token, text[: text.rindex(separator)]))
    return found
