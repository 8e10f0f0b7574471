"""Parsing of lists as the paper's authors did it, beside ours and only for comparing numbers.

Known, from arXiv 2508.13426 and its published code: separators are guessed from whether a text is ASCII; any
human response of the cue counts; predictions are made distinct; hits are divided by K even if fewer were
given; an output that does not parse is left out of the average.

Inferred, by fitting: everything else in `parse_associations_paper`. It is the simplest rule found that meets
what is published about 2,008 outputs of Qwen2.5-7B after PPO for the Chinese test cues. It parses as many
outputs as theirs did for both prompts, and meets five of the six published figures to the third decimal; the
sixth is 0.42989, against 0.429. What their rule does with other outputs is unknown.

======== ======= ======= ======= ======= ==================================
prompt   parsed  P@5     P@10    P@40    published
======== ======= ======= ======= ======= ==================================
Simple   999     0.52212 0.39900 0.10318 999: 0.522, 0.399, 0.103
Complex  977     0.42989 0.32385 0.12746 977: 0.429, 0.324, 0.127
======== ======= ======= ======= ======= ==================================

Precision at K is `align_tasks.metrics.precision_at_k`: the definition is the same, and the difference lies in
what goes in. The authors' way takes these predictions and every response of people to the cue, compared as
they were written.

`align_tasks.parsing` is the parser to use for anything else.
"""

from __future__ import annotations

import re

FEWEST = 5
"""Texts with fewer distinct predictions count as not parsed (inferred)."""

_MARK = re.compile(r"[0-9]+\.|-")


def parse_associations_paper(text: str) -> list[str] | None:
    """Parse one generated list the authors' way, weaknesses included.

    A list in square brackets is taken as it stands. Otherwise what follows the first colon is split at the
    first of these that occurs: line break, comma, enumeration comma, blank. In a text that is not ASCII
    throughout, colons and commas are the full-width ones, so that a Chinese list with ASCII commas does not
    parse. Numbers with a full stop and hyphens before a word are removed; nothing is normalised, and polite
    closing lines count as predictions.

    Args:
        text: what the model wrote.

    Returns:
        Distinct predictions in order, at least `FEWEST`; None when the text did not parse.
    """
    pieces = _bracketed(text) or [_unmarked(piece) for piece in _split(_after_colon(text))]
    predictions = list(dict.fromkeys(piece for piece in pieces if piece))
    return predictions if len(predictions) >= FEWEST else None


def _bracketed(text: str) -> list[str]:
    """Pieces of the first list in square brackets; none when there is no list of two or more."""
    start = text.find("[")
    end = text.find("]", start + 1)
    if start < 0 or end < 0:
        return []
    pieces = [piece.strip(" \"'“”") for piece in re.split("[,，、]", text[start + 1 : end])]
    return pieces if len(pieces) > 1 else []


def _after_colon(text: str) -> str:
    colon = ":" if text.isascii() else "："
    before, _, after = text.partition(colon)
    return after or before


def _split(text: str) -> list[str]:
    text = text.strip()
    if "\n" in text:
        return text.split("\n")
    if "," in text or "，" in text:
        return text.split("," if text.isascii() else "，")
    if "、" in text:
        return text.split("、")
    return text.split(" ")


def _unmarked(piece: str) -> str:
    piece = piece.strip()
    mark = _MARK.match(piece)
    return piece[mark.end() :].strip() if mark else piece
