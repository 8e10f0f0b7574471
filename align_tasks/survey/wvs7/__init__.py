"""World Values Survey wave 7: 163 items with the published answer shares of the USA and of China.

``items.json``         topic, scale, WVS codes of the options in the order asked, reverse-coding
``questions.*.json``   question and options in our own wording, one file a language
``shares.json``        published shares, source and definition

Shares are unweighted and leave out missing answers. Source: C. Haerpfer et al. (eds.), World Values
Survey: Round Seven, country-pooled datafile, doi:10.14281/18241.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.scale import Scale


@dataclass(frozen=True)
class Item:
    """One survey item.

    Attributes:
        id: WVS name, such as ``Q46``.
        topic: section of the WVS questionnaire.
        label: what the item measures, in short.
        scale: ``ordinal`` when the options lie on a line (two options always do), else ``nominal``.
        codes: WVS codes of the options, in the order in which they are asked.
        reverse: whether a later option means less of `label`; None on nominal scales.
        not_offered: for a country, the codes that its questionnaire did not offer.
        note: what to know before comparing countries on it.
    """

    id: str
    topic: str
    label: str
    scale: Scale
    codes: tuple[int, ...]
    reverse: bool | None
    not_offered: Mapping[str, tuple[int, ...]]
    note: str | None

    def offered(self, country: str) -> list[int]:
        """Positions in `codes` of the options that people in `country` could choose."""
        missing = self.not_offered.get(country, ())
        return [place for place, code in enumerate(self.codes) if code not in missing]

    def comparable(self, country: str, other: str) -> bool:
        """Whether both countries were offered the same options."""
        return self.offered(country) == self.offered(other)


@dataclass(frozen=True)
class Question:
    """An item's text in one language: `options` stand in the order of `Item.codes`."""

    question: str
    options: tuple[str, ...]


@lru_cache(maxsize=1)
def load_items() -> dict[str, Item]:
    """All items by id, in the order of the questionnaire."""
    return {
        item_id: Item(
            id=item_id,
            topic=entry["topic"],
            label=entry["label"],
            scale=entry["scale"],
            codes=tuple(entry["codes"]),
            reverse=entry["reverse"],
            not_offered={country: tuple(codes) for country, codes in entry.get("not_offered", {}).items()},
            note=entry.get("note"),
        )
        for item_id, entry in _read("items.json").items()
    }


@lru_cache(maxsize=8)
def load_questions(language: str) -> dict[str, Question]:
    """Questions and options by item id.

    Raises:
        AlignError: the items are not worded in that language.
    """
    name = f"questions.{language}.json"
    if not (files(__name__) / name).is_file():
        raise AlignError(f"the survey items are not worded in language {language!r}")
    return {
        item_id: Question(entry["question"], tuple(entry["options"]))
        for item_id, entry in _read(name).items()
    }


@lru_cache(maxsize=1)
def load_shares() -> dict[str, dict[str, list[float]]]:
    """Shares by item id and country, in the order of `Item.codes`; each list sums to 1."""
    return {
        item_id: {country: _proportions(percents) for country, percents in by_country.items()}
        for item_id, by_country in _read("shares.json")["percent"].items()
    }


@lru_cache(maxsize=1)
def load_respondents() -> dict[str, int]:
    """How many people were interviewed, by country."""
    return dict(_read("shares.json")["respondents"])


def _proportions(percents: list[float]) -> list[float]:
    total = math.fsum(percents)
    return [percent / total for percent in percents]


def _read(name: str) -> Any:
    return json.loads((files(__name__) / name).read_text(encoding="utf-8"))
