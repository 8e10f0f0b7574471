"""How cues, responses and generated words are brought to one form: the only place that decides it.

Words are compared after `normalise`; nothing else in the package lowercases, strips or converts.

==========================  ==========================================================================
what                        rule
==========================  ==========================================================================
Unicode                     NFKC, so that full-width and composed forms agree
Thai and Lao "am"           stays one vowel, which NFKC takes apart ("น้ำ")
invisible characters        control and format characters (bidirectional marks, zero-width) are removed
white space                 runs become one space, ends are trimmed
case                        lower case ("Paris" and "paris" are one response)
apostrophes                 curly ones become ``'``
punctuation                 removed at both ends, kept inside ("don't", "e-mail", "c++")
rules of a language         Chinese: traditional characters become simplified (OpenCC ``t2s``)
markers of the releases     `marker` names them: they are never words
==========================  ==========================================================================
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from align_tasks.languages import find_language
from align_tasks.reference import resolve

_MARKERS = {
    "": "blank",
    "#missing": "#Missing",
    "#unknown": "#Unknown",
    "no more responses": "No more responses",
    "unknown word": "Unknown word",
}
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
_VOWELS = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}


def marker(text: str) -> str | None:
    """Name of the release marker that stands in place of a word, or None when `text` is a word.

    "null", "NA", "true" and "1e5" are words: people typed them.
    """
    return _MARKERS.get(text.strip().lower())


@lru_cache(maxsize=2**18)
def normalise(text: str, language: str) -> str:
    """Bring one cue, response or generated word to the form in which words are compared.

    Args:
        text: what a person or a model wrote.
        language: its code; a `Language` may have a rule of its own (`Language.normal_form`).

    Returns:
        The normal form; empty when nothing but punctuation or white space was there.
        Normalising twice changes nothing more.
    """
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    text = unicodedata.normalize("NFKC", text)
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or not _invisible(c))
    for parts, vowel in _VOWELS.items():
        text = text.replace(parts, vowel)
    own_rule = _normal_form(language)
    if own_rule is not None:
        text = own_rule(text)
    return " ".join(_trim_punctuation(text).split())


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf")


def _trim_punctuation(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _edge(text[start]):
        start += 1
    while end > start and _edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("P")


@lru_cache(maxsize=64)
def _normal_form(language: str) -> Callable[[str], str] | None:
    known = find_language(language)
    return None if known is None or known.normal_form is None else resolve(known.normal_form)


def simplified_characters(text: str) -> str:
    """Traditional Chinese characters as simplified ones."""
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
