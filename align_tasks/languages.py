"""The languages that models are asked in, and people answered in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from align_tasks.cultures import check_language
from align_tasks.errors import AlignError
from align_tasks.prompts import Wording
from align_tasks.reference import Function

COMMAS = (", ", "、", "، ")
"""Separators that the parser reads in every language: checking them would only make `align` start later."""


@dataclass(frozen=True)
class Language:
    """A language with the texts of its prompts, and what the reading of its words needs to know.

    Attributes:
        code: ISO 639-1, such as ``ja``, or BCP 47, such as ``yue`` or ``zh-Hant``.
        wording: what models are asked; `align_tasks.prompts.read_wording` reads it from a JSON file. Its
            separator separates the words of answers too, beside the marks that do so in every language.
        questions: survey items in this language: name of the survey to a JSON file,
            ``{"Q1": {"question": "…", "options": ["…", "…"]}, …}``.
        has_blanks: whether words are written with blanks between them, as Thai and Japanese are not.
        conjunctions: words that may stand before the last word of a list and are no part of it.
        lists_by_blanks: whether a line of four words or more without any separator is a list; only where the
            parser tells a list from a sentence by its function words, which it knows of English.
        normal_form: a rule of `align_tasks.normalise` for this language alone, text to text, such as one
            script for another.
    """

    code: str
    wording: Wording
    _: KW_ONLY
    questions: Mapping[str, Path] = field(default_factory=dict)
    has_blanks: bool = True
    conjunctions: tuple[str, ...] = ()
    lists_by_blanks: bool = False
    normal_form: Function | None = None

    def __post_init__(self) -> None:
        check_language(self.code)
        if self.wording.separator not in COMMAS:
            from align_tasks.parsing.read_back import check_separator

            check_separator(self)


def find_language(code: str) -> Language | None:
    """The language of that code, or None where no plugin has it: words of it can be imported all the same."""
    from align_tasks.plugins.loading import registry

    return registry().languages.get(code)


def get_language(code: str) -> Language:
    """The language of that code.

    Raises:
        AlignError: there are no prompts in it; names the languages there are.
    """
    from align_tasks.plugins.loading import registry

    found = registry().languages.get(code)
    if found is None:
        known = ", ".join(sorted(registry().languages))
        raise AlignError(f"no prompts in language {code!r}", hint=f"Languages with prompts: {known}")
    return found
