"""Cultures: a language, a country, word associations and survey answers under one short name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from align_tasks.errors import AlignError


@dataclass(frozen=True)
class Culture:
    """One culture, as tasks, prompts and trainers name it.

    Attributes:
        name: the short name in task names and tables, such as ``us``.
        language: code of the language of the prompts and of the norms; see `check_language`.
        country: ISO 3166-1 alpha-3 code of the survey answers.
        norms: the word-association norms, by the name under which they are published; None where there are
            none, and so no ``swow`` tasks.
        demo_norms: associations that stand in until norms are imported: a text file with a cue, a tab, and
            its responses separated by ``, ``, strongest first.
        answers: what is known of the country's survey answers without an import: name of the survey to a
            JSON file, see `align_tasks.survey.files`.
    """

    name: str
    language: str
    country: str
    _: KW_ONLY
    norms: str | None = None
    demo_norms: Path | None = None
    answers: Mapping[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name(self.name)
        check_language(self.language)
        if not re.fullmatch("[A-Z]{3}", self.country):
            raise AlignError(f"{self.country!r} is no ISO 3166-1 alpha-3 code of a country, such as JPN")


_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LANGUAGE = re.compile(
    "[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
)
_NO_NAME = ("item",)  # `align data show item Q6` means a survey item


def check_name(name: str) -> None:
    """Refuse what cannot name a culture."""
    if not _NAME.fullmatch(name) or name in _NO_NAME:
        raise AlignError(
            f"{name!r} cannot name a culture: take up to 32 lower-case letters, digits, '-' and '_', "
            "a letter first, such as us"
        )


def check_language(code: str) -> None:
    """Refuse what is no code of a language: ISO 639-1, or BCP 47 in its usual case, so that each has one."""
    if not _LANGUAGE.fullmatch(code):
        raise AlignError(
            f"{code!r} is no ISO 639-1 code of a language, such as en, and no longer BCP 47 code, "
            "such as yue, zh-Hant or pt-BR"
        )


def cultures() -> dict[str, Culture]:
    """All cultures by name: those of the package, and those of plugins."""
    from align_tasks.plugins.loading import registry

    return dict(registry().cultures)


def language_of(culture: str, language: str | None = None) -> str:
    """Language in which a culture answers: that of a known culture, or `language` for one of your own.

    Raises:
        AlignError: `culture` cannot name one, `language` is no code of a language, or is missing, or is not
            the language of a known culture.
    """
    check_name(culture)
    if language is not None:
        check_language(language)
    known = cultures()[culture].language if culture in cultures() else language
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
    if name not in cultures():
        raise AlignError(f"unknown culture {name!r}", hint=f"Known cultures: {', '.join(sorted(cultures()))}")
    return cultures()[name]
