"""From an entry to its pieces: separators, introductions and sentences, and what kind of text a piece is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from align_tasks.languages import find_language
from align_tasks.parsing.lines import HAN, KANA, Entry, says_something

LONGEST_CHARACTERS = 64
"""An association has no more characters than this."""

_COLON_OR_ARROW = r"[:：](?![0-9/])|->|→|=>"

GLOSS = re.compile(_COLON_OR_ARROW + r"| [-–—] |[–—]{2}")
"""What stands between a word and its explanation."""

_LONGEST_WORDS = 4
_LONGEST_HAN = 10

_HAN_CHARACTER = re.compile(f"[{HAN}]")
_SEPARATOR = re.compile(r"(?<![0-9])[,，]|[,，](?![0-9])|[、;；|\n]|(?<=[^\W\d_])[/／](?=[^\W\d_])| [/／·•] ")
_UNSPACED_CHARACTER = re.compile(f"[{HAN}{KANA}]")
_BETWEEN_UNSPACED = re.compile(f"(?<=[{HAN}{KANA}]) (?=[{HAN}{KANA}])")
_WIDE_BLANK = re.compile(r"[ \t]*[\t\u3000]\s*|  \s*")
_SENTENCE_END = re.compile(r"[。！？!?]+|\.(?=\s|$)")
_INTRODUCTION_END = re.compile(_COLON_OR_ARROW)


@dataclass(frozen=True)
class Unit:
    """A sentence, or what is left of a line after its last one, cut at its separators.

    `ended` says whether it has a full stop or the like, `enumerated` whether it uses ``、``.
    """

    pieces: tuple[str, ...]
    ended: bool
    paragraph: int
    enumerated: bool

    @property
    def is_list(self) -> bool:
        """Whether these are three pieces or more, and no prose."""
        return len(self.pieces) > 2 and not self.is_sentence

    @property
    def is_sentence(self) -> bool:
        """Whether this is prose, and not a list or a list with a full stop."""
        overlong = sum(not is_short(piece) for piece in self.pieces)
        if not self.ended:
            return 2 * overlong >= len(self.pieces)
        few = len(self.pieces) <= 3
        if self.enumerated:
            return few and overlong > 0
        clauses = sum(map(is_clause, self.pieces))
        return 2 * clauses > len(self.pieces) or (few and clauses > 0)

    @property
    def has_clause(self) -> bool:
        """Whether a piece is a clause."""
        return any(map(is_clause, self.pieces))


def units_of(entry: Entry, language: str) -> Iterator[Unit]:
    """Sentences of an entry, without introductions; those that hold no piece are left out."""
    for sentence, ended in _sentences(entry.text):
        body = _after_introduction(sentence)
        pieces = tuple(pieces_of(body, language))
        if pieces:
            yield Unit(pieces, ended, entry.paragraph, "、" in body)


def pieces_of(text: str, language: str) -> list[str]:
    """Cut at separators and, in a language without blanks, at blanks where a list has no others."""
    return separated(text) if has_blanks(language) else _unspaced_pieces(text.strip())


def has_blanks(language: str) -> bool:
    """Whether a language writes blanks between words, as is taken of one that nobody registered."""
    known = find_language(language)
    return known is None or known.has_blanks


def separated(text: str) -> list[str]:
    """Cut at separators, or at wide blanks where there are none."""
    text = text.strip()
    parts = _SEPARATOR.split(text) if _SEPARATOR.search(text) else _WIDE_BLANK.split(text)
    return [part.strip() for part in parts if says_something(part)]


def first_sentence(text: str) -> str:
    """A text up to its first full stop or the like."""
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def is_short(piece: str) -> bool:
    """Whether a piece is short enough for an association."""
    return (
        len(piece) <= LONGEST_CHARACTERS
        and len(piece.split()) <= _LONGEST_WORDS
        and _count_han(piece) <= _LONGEST_HAN
    )


def is_clause(piece: str) -> bool:
    """Whether a piece is long enough for a part of a sentence."""
    return len(piece.split()) > 2 or _count_han(piece) > 4


def mostly_unspaced(words: Sequence[str]) -> bool:
    """Whether at least half of the words have a character of a script without blanks (Han, kana)."""
    return 2 * sum(bool(_UNSPACED_CHARACTER.search(word)) for word in words) >= len(words)


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Each sentence with True, then the rest of the text with False."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.start()], True
        start = end.end()
    yield text[start:], False


def _after_introduction(sentence: str) -> str:
    """What follows the introduction of a list: all of it without one, nothing when it is a heading."""
    mark = _INTRODUCTION_END.search(sentence)
    if mark is None:
        return _after_dash(sentence)
    head, tail = sentence[: mark.start()], sentence[mark.end() :]
    is_arrow = mark[0] not in ":："
    if _lists_words(head) or (is_arrow and _INTRODUCTION_END.search(tail)):
        return _INTRODUCTION_END.sub(",", sentence)
    return tail


def _after_dash(sentence: str) -> str:
    """What follows "water - ", when it is a list of three or more."""
    head, dash, tail = sentence.partition(" - ")
    introduces = dash and len(separated(head)) == 1 and len(separated(tail)) > 2
    return tail if introduces else sentence


def _lists_words(text: str) -> bool:
    words = separated(text)
    return len(words) > 2 and not any(map(is_clause, words))


def _unspaced_pieces(text: str) -> list[str]:
    words = text.split()
    wide = len(_WIDE_BLANK.findall(text))
    listed = len(words) > 2 and mostly_unspaced(words) and not _SEPARATOR.search(text)
    if listed and 2 * wide < len(words):
        return [word for word in words if says_something(word)]
    pieces = separated(text)
    return [word for piece in pieces for word in _BETWEEN_UNSPACED.split(piece)] if wide else pieces


def _count_han(text: str) -> int:
    return len(_HAN_CHARACTER.findall(text))
