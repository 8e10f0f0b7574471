"""What kind of text a piece is, by its words and characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from align_tasks.parsing.characters import HAN, KANA, SOUTHEAST_ASIAN

LONGEST_CHARACTERS = 64
"""An association has no more characters than this."""

_LONGEST_WORDS = 4
_LONGEST_HAN = 10

_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile(f"[{KANA}]")
_SOUTHEAST_ASIAN = re.compile(f"[{SOUTHEAST_ASIAN}]")
_UNSPACED = re.compile(f"[{HAN}{KANA}{SOUTHEAST_ASIAN}]")


def is_short(piece: str) -> bool:
    """Whether a piece is short enough for an association."""
    return (
        len(piece) <= LONGEST_CHARACTERS
        and len(piece.split()) <= _LONGEST_WORDS
        and not _exceeds(piece, _LONGEST_HAN)
    )


def is_clause(piece: str) -> bool:
    """Whether a piece is long enough for a part of a sentence."""
    return len(piece.split()) > 2 or _exceeds(piece, 4)


def mostly_unspaced(words: Sequence[str]) -> bool:
    """Whether at least half of the words have a character of a script without blanks."""
    return 2 * sum(bool(_UNSPACED.search(word)) for word in words) >= len(words)


def _exceeds(text: str, han: int) -> bool:
    """Whether what a text writes without blanks is longer than so many Han characters.

    A word takes about 2 Han characters, 4 kana or 6 Thai ones.
    """
    if len(text) <= han:
        return False
    of_han, of_kana, others = (len(found.findall(text)) for found in (_HAN, _KANA, _SOUTHEAST_ASIAN))
    return of_han + of_kana / 2 + others / 3 > han
