"""From an entry to its pieces: sentences and introductions, and what is cut at the separators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from align_tasks.parsing.characters import DIGITS
from align_tasks.parsing.lines import Entry
from align_tasks.parsing.separators import Separators
from align_tasks.parsing.shapes import is_clause, is_short

_COLON_OR_ARROW = rf"[:：](?![{DIGITS}/])|->|→|=>"

GLOSS = re.compile(_COLON_OR_ARROW + r"| [-–—] |[–—]{2}")
"""What stands between a word and its explanation."""

_SENTENCE_END = re.compile(r"[。！？!?؟۔।॥።፧။។]+|\.(?=\s|$)")
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


def units_of(entry: Entry, separators: Separators) -> Iterator[Unit]:
    """Sentences of an entry, without introductions; those that hold no piece are left out."""
    for sentence, ended in _sentences(entry.text):
        body = _after_introduction(sentence, separators)
        pieces = tuple(separators.pieces_of(body))
        if pieces:
            yield Unit(pieces, ended, entry.paragraph, "、" in body)


def first_sentence(text: str) -> str:
    """A text up to its first full stop or the like."""
    return _SENTENCE_END.split(text, maxsplit=1)[0]


def _sentences(text: str) -> Iterator[tuple[str, bool]]:
    """Each sentence with True, then the rest of the text with False."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.start()], True
        start = end.end()
    yield text[start:], False


def _after_introduction(sentence: str, separators: Separators) -> str:
    """What follows the introduction of a list: all of it without one, nothing when it is a heading."""
    mark = _INTRODUCTION_END.search(sentence)
    if mark is None:
        return _after_dash(sentence, separators)
    head, tail = sentence[: mark.start()], sentence[mark.end() :]
    is_arrow = mark[0] not in ":："
    if _are_words(separators.separated(head)) or (is_arrow and _INTRODUCTION_END.search(tail)):
        return _INTRODUCTION_END.sub(",", sentence)
    return tail


def _after_dash(sentence: str, separators: Separators) -> str:
    """What follows "water - ", when it is a list of three or more."""
    head, dash, tail = sentence.partition(" - ")
    introduces = dash and len(separators.separated(head)) == 1 and len(separators.separated(tail)) > 2
    return tail if introduces else sentence


def _are_words(pieces: Sequence[str]) -> bool:
    """Whether these are three pieces or more, and no clauses."""
    return len(pieces) > 2 and not any(map(is_clause, pieces))
