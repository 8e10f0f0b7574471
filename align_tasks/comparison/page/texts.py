"""Texts and figures from outside as the page may hold them: short, printable, and in compact numbers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from align_tasks.comparison.entries import shown

LONGEST_TEXT = 400
LONGEST_WORD = 60
REMEMBERED = 20_000  # texts, which recur from model to model
PARTS = 10_000  # shares are written as whole numbers of ten-thousandths

_SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "ARABIC": "ar", "HEBREW": "he"}


def cut(text: Any, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, no longer than so many characters."""
    return _cut(str(text)[: 4 * longest], longest)


@lru_cache(REMEMBERED)
def _cut(text: str, longest: int) -> str:
    return shown(" ".join(text.split()), longest)


def word(text: Any) -> str:
    """A word, or a short answer, on one line."""
    return cut(text, LONGEST_WORD)


def parts(shares: Iterable[float]) -> list[int]:
    """Shares in ten-thousandths, 2500 for a quarter.

    Raises:
        ValueError: one is no number.
    """
    found = [float(share) for share in shares]
    if not all(map(math.isfinite, found)):
        raise ValueError("a share is no number")
    return [round(share * PARTS) for share in found]


def rounded(value: float | None) -> float | None:
    """A figure with four decimals; None where it is no number."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)


def language_of(text: str) -> str:
    """Code of the language that a text's letters tell, for the reader's fonts and voice; "" if they do not.

    Kana come before Han characters, which Japanese texts hold too.
    """
    return _language_of(text[:LONGEST_TEXT])


@lru_cache(REMEMBERED)
def _language_of(text: str) -> str:
    names = {re.split("[ -]", unicodedata.name(letter, ""))[0] for letter in set(text)}
    return next((code for script, code in _SCRIPTS.items() if script in names), "")
