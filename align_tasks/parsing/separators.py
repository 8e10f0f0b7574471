"""What separates the words of a list: marks that do so in every language, a language's own, and blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from align_tasks.languages import Language
from align_tasks.parsing.characters import DIGITS, HAN, KANA, MARKS, SOUTHEAST_ASIAN
from align_tasks.parsing.lines import says_something
from align_tasks.parsing.shapes import mostly_unspaced

_COMMAS = ",，،"
_STOPS = "、;；؛|\n"
_SLASHES = "/／"
_COMMA = f"(?<![{DIGITS}])[{_COMMAS}]|[{_COMMAS}](?![{DIGITS}])"
_SLASH = rf"(?<=[^\W\d_{MARKS}]|[{MARKS}])[{_SLASHES}](?=[^\W\d_])"
_IN_EVERY_LANGUAGE = f"{_COMMA}|[{_STOPS}]|{_SLASH}| [{_SLASHES}·•] "

_UNSPACED = f"[{HAN}{KANA}{SOUTHEAST_ASIAN}]"
_BETWEEN_UNSPACED = re.compile(f"(?<={_UNSPACED}) (?={_UNSPACED})")
_WIDE_BLANK = re.compile(r"[ \t]*[\t\u3000]\s*|  \s*")


@dataclass(frozen=True)
class Separators:
    """The separators of one language.

    Attributes:
        mark: pattern of those that are no blanks.
        has_blanks: whether the language writes blanks between words.
        fewest: without blanks between words, so many make a list that is separated by them.
    """

    mark: re.Pattern[str]
    has_blanks: bool
    fewest: int

    def pieces_of(self, text: str) -> list[str]:
        """Cut at separators and, in a language without blanks, at blanks where a list has no others."""
        return self.separated(text) if self.has_blanks else self._unspaced_pieces(text.strip())

    def separated(self, text: str) -> list[str]:
        """Cut at separators, or at wide blanks where there are none."""
        text = text.strip()
        parts = self.mark.split(text) if self.mark.search(text) else _WIDE_BLANK.split(text)
        return [part.strip() for part in parts if says_something(part)]

    def _unspaced_pieces(self, text: str) -> list[str]:
        words = text.split()
        wide = len(_WIDE_BLANK.findall(text))
        listed = len(words) >= self.fewest and mostly_unspaced(words) and not self.mark.search(text)
        if listed and 2 * wide < len(words):
            return [word for word in words if says_something(word)]
        pieces = self.separated(text)
        return [word for piece in pieces for word in _BETWEEN_UNSPACED.split(piece)] if wide else pieces


def separators_of(language: Language | None) -> Separators:
    """The separators of a language; one that nobody registered has blanks and no separator of its own."""
    if language is None:
        return _separators(", ", has_blanks=True)
    return _separators(language.wording.separator, has_blanks=language.has_blanks)


@lru_cache(maxsize=64)
def _separators(own: str, *, has_blanks: bool) -> Separators:
    """Separators by what stands between the words of a list (`Wording.separator`)."""
    patterns = filter(None, (_own_mark(own), _IN_EVERY_LANGUAGE))
    return Separators(re.compile("|".join(patterns)), has_blanks, fewest=2 if own == " " else 3)


def _own_mark(own: str) -> str:
    """Pattern of a language's own separator; empty when it is a blank or separates in every language.

    One with a blank on either side is a separator only between blanks, as " - " is.
    """
    mark = own.strip()
    if not mark or mark in _COMMAS + _STOPS + _SLASHES:
        return ""
    is_spaced = own[0].isspace() and own[-1].isspace()
    return rf"(?<!\S){re.escape(mark)}(?!\S)" if is_spaced else re.escape(mark)
