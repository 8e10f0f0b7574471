"""The cultures that the package knows: a language, a country, its norms and its survey answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from align_tasks.errors import AlignError


@dataclass(frozen=True)
class Culture:
    """One culture, as tasks, prompts and trainers name it.

    Attributes:
        name: the short name in task names and tables, such as ``us``.
        language: ISO 639-1 code of the prompts and of the norms.
        country: ISO 3166-1 alpha-3 code of the survey answers.
        norms: the word-association norms, by the name under which they are published.
    """

    name: str
    language: str
    country: str
    norms: str


CULTURES: dict[str, Culture] = {
    culture.name: culture
    for culture in (
        Culture("us", "en", "USA", "SWOW-EN"),
        Culture("zh", "zh", "CHN", "SWOW-ZH"),
    )
}


_OWN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_NO_NAME = ("item",)  # `align data show item Q6` means a survey item


def language_of(culture: str, language: str | None = None) -> str:
    """Language in which a culture answers: that of a known culture, or `language` for one of your own.

    Raises:
        AlignError: `culture` cannot name one, `language` is no ISO 639-1 code, or is missing, or is not the
            language of a known culture.
    """
    if not _OWN_NAME.fullmatch(culture) or culture in _NO_NAME:
        raise AlignError(
            f"{culture!r} cannot name a culture: take up to 32 lower-case letters, digits, '-' and '_', "
            f"a letter first, such as {', '.join(sorted(CULTURES))}"
        )
    if language is not None and not re.fullmatch("[a-z]{2}", language):
        raise AlignError(f"{language!r} is no ISO 639-1 code of a language, such as en or zh")
    known = CULTURES[culture].language if culture in CULTURES else language
    if known is None:
        raise AlignError(f"{culture!r} is a culture of your own: name its language with --language")
    if language not in (None, known):
        raise AlignError(f"the language of culture {culture!r} is {known!r}, not {language!r}")
    return known


def get_culture(name: str) -> Culture:
    """Culture of that name.

    Raises:
        AlignError: there is none; the message names those there are.
    """
    if name not in CULTURES:
        raise AlignError(f"unknown culture {name!r}", hint=f"Known cultures: {', '.join(sorted(CULTURES))}")
    return CULTURES[name]
