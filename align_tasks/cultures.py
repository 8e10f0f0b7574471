"""The cultures that the package knows: a language, a country, its norms and its survey answers."""

from __future__ import annotations

from dataclasses import dataclass

from align_tasks.errors import AlignError


@dataclass(frozen=True)
class Culture:
    """One culture, as tasks, prompts and trainers name it.

    Attributes:
        name: the short name in task names and tables, such as ``us``.
        title: what people read.
        language: ISO 639-1 code of the prompts and of the norms.
        country: ISO 3166-1 alpha-3 code of the survey answers.
        norms: the word-association norms, by the name under which they are published.
        norms_source: where people download the norms.
    """

    name: str
    title: str
    language: str
    country: str
    norms: str
    norms_source: str


_SWOW = "https://smallworldofwords.org/en/project/research"

CULTURES: dict[str, Culture] = {
    culture.name: culture
    for culture in (
        Culture("us", "USA, in English", "en", "USA", "SWOW-EN", _SWOW),
        Culture("zh", "China, in Chinese", "zh", "CHN", "SWOW-ZH", _SWOW),
    )
}


def get_culture(name: str) -> Culture:
    """Culture of that name.

    Raises:
        AlignError: there is none; the message names those there are.
    """
    if name not in CULTURES:
        raise AlignError(f"unknown culture {name!r}", hint=f"Known cultures: {', '.join(sorted(CULTURES))}")
    return CULTURES[name]
