"""What a survey is: items, their texts in each language, and what the people of a culture answered."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.scale import Scale


@dataclass(frozen=True)
class Item:
    """One survey item.

    Attributes:
        id: its name in the survey, such as ``Q46``.
        label: what the item measures, in short.
        scale: ``ordinal`` when the options lie on a line (two options always do), else ``nominal``.
        codes: the survey's codes of the options, in the order in which they are asked.
        topic: section of the questionnaire.
        reverse: whether a later option means less of `label`; None on nominal scales or where not known.
        note: what to know before comparing countries on it.
    """

    id: str
    label: str
    scale: Scale
    codes: tuple[int, ...]
    topic: str = ""
    reverse: bool | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\S+", self.id):
            raise AlignError(f"{self.id!r} cannot name an item: take one word, such as Q46")
        if self.scale not in get_args(Scale):
            raise AlignError(f"{self.id}: a scale is {' or '.join(get_args(Scale))}, not {self.scale!r}")
        if not self.codes or len(set(self.codes)) < len(self.codes):
            raise AlignError(f"{self.id}: options must have codes that differ, not {list(self.codes)}")


@dataclass(frozen=True)
class Question:
    """An item's text in one language: `options` stand in the order of `Item.codes`."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """What the people of one culture answered to one item.

    Attributes:
        shares: answer distribution over all of the item's options, in the order of its codes; sums to 1.
        offered: positions in `shares` of the options that these people could choose.
        people: how many were asked, as exactly as the survey tells; None where it does not.
    """

    shares: tuple[float, ...]
    offered: tuple[int, ...]
    people: int | None


class Survey(ABC):
    """A survey that models are asked. `align_tasks.survey.files.FileSurvey` is one that lies in files.

    Attributes:
        name: short name in tables and task files, such as ``wvs7``; see `check_survey_name`.
        title: name for people.
    """

    name: str
    title: str

    @abstractmethod
    def items(self) -> Mapping[str, Item]:
        """Items by id, in the order of the questionnaire."""

    @abstractmethod
    def has_questions(self, language: str) -> bool:
        """Whether the items are worded in that language."""

    @abstractmethod
    def questions(self, language: str) -> Mapping[str, Question]:
        """Texts by item id.

        Raises:
            AlignError: the items are not worded in that language.
        """

    @abstractmethod
    def answers(self, culture: Culture) -> Mapping[str, Answers]:
        """What the culture's people answered, by the ids of the items that they were asked.

        Raises:
            AlignError: their answers are not at hand; says where to get them.
        """

    def published(self, culture: Culture) -> Mapping[str, Answers]:
        """Those answers that are published and need no import; none by default."""
        return {}

    @abstractmethod
    def source(self, culture: Culture) -> str:
        """Where `answers` come from, as results should say it."""

    def asks(self, culture: Culture) -> bool:
        """Whether tasks need the culture's `answers`: by default, if the items are worded in its language.

        `align data list` tells which of these are missing.
        """
        return self.has_questions(culture.language)


def check_survey_name(name: str) -> None:
    """Refuse what cannot name a survey: its name begins the names of its tables, up to a full stop."""
    if not re.fullmatch("[a-z0-9][a-z0-9_-]*", name):
        raise AlignError(
            f"{name!r} cannot name a survey: take lower-case letters, digits, '-' and '_', such as wvs7"
        )


def surveys() -> dict[str, Survey]:
    """All surveys by name."""
    from align_tasks.plugins.loading import registry

    return dict(registry().surveys)


def get_survey(name: str) -> Survey:
    """Survey of that name.

    Raises:
        AlignError: there is none; the message names those there are.
    """
    if name not in surveys():
        raise AlignError(f"unknown survey {name!r}", hint=f"Known surveys: {', '.join(sorted(surveys()))}")
    return surveys()[name]
