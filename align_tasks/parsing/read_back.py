"""Whether the parser reads the lists that a language writes: its own worked examples above all."""

from __future__ import annotations

from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.parsing.associations import reads_back

_SPACED = ("red", "blue sky", "e-mail", "don't know", "sea")
_UNSPACED = ("山", "大海", "e-mail", "天空", "o'clock")


def check_separator(language: Language) -> None:
    """Refuse a language whose separator the parser takes for something else.

    Raises:
        AlignError: it has letters or digits, or words that it joins do not read back.
    """
    separator = language.wording.separator
    words = _SPACED if language.has_blanks else _UNSPACED
    is_mark = not any(map(str.isalnum, separator))
    if not (is_mark and all(reads_back(words[:count], language) for count in range(2, len(words) + 1))):
        raise AlignError(
            f"the separator {separator!r} of language {language.code!r} cannot be told from what stands "
            "within words or sentences: answers that are joined with it would not be read back",
            hint="Take a mark that only separates, such as ', ' or '، ', or ' ' where has_blanks is False.",
        )
