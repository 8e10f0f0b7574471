"""Surveys that lie in JSON files: items, questions in each language, and published answers of a country.

``items``      ``{"Q1": {"label": "…", "scale": "ordinal", "codes": [1, 2], "topic": …}}``, fields of `Item`
``questions``  ``{"Q1": {"question": "…", "options": ["…", "…"]}}``, one file a language
``answers``    ``{"respondents": 2596, "percent": {"Q1": [89.32, 10.68]}, "not_offered": {"Q33": [2, 4]}}``,
               one file a country; percent in the order of the item's codes, ``not_offered`` the codes that
               its questionnaire did not have. Without ``percent``, or with none in it, answers are those that
               were imported.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError, one_line
from align_tasks.languages import find_language
from align_tasks.reference import Function, resolve
from align_tasks.survey.survey import Answers, Item, Question, Survey, check_survey_name

T = TypeVar("T")
ANSWER_FIELDS = ("respondents", "percent", "not_offered", "source", "definition")
PERCENT_TOLERANCE = 1.0  # points: published percents are rounded


@dataclass(frozen=True)
class FileSurvey(Survey):
    """A survey in files, whose answers are published in a file of the culture, or imported.

    Attributes:
        name: short name in tables and task files, such as ``wvs7``.
        title: name for people.
        item_file: the items.
        question_files: the texts, by language; a `Language` may bring further ones.
        how_to_get: how a country's answers are imported, with ``{country}`` for its code.
        option_labels: takes nothing; returns how imported tables label the options, by item, in the order of
            its codes. None: as the questions word them in the language of the table. Imported answers whose
            options are labelled otherwise are refused.
    """

    name: str
    title: str
    item_file: Path
    question_files: Mapping[str, Path]
    how_to_get: str
    option_labels: Function | None = None

    def __post_init__(self) -> None:
        check_survey_name(self.name)

    def items(self) -> dict[str, Item]:
        """Items by id, in the order of the file."""
        return _items(self.item_file)

    def has_questions(self, language: str) -> bool:
        """Whether the items are worded in that language."""
        return self._question_file(language) is not None

    def questions(self, language: str) -> dict[str, Question]:
        """Texts by item id."""
        file = self._question_file(language)
        if file is None:
            raise AlignError(f"the items of {self.title} are not worded in language {language!r}")
        found = _questions(file)
        _check_texts(file, self.items(), found)
        return found

    def answers(self, culture: Culture) -> dict[str, Answers]:
        """The shares that the culture's file publishes, or those that were imported.

        Raises:
            AlignError: nothing was imported (says how to), or answers contradict the items.
        """
        return self.published(culture) or dict(self._imported(culture, self._about(culture)))

    def published(self, culture: Culture) -> dict[str, Answers]:
        """The shares that the culture's file publishes."""
        return dict(self._of_file(self._about(culture)))

    def source(self, culture: Culture) -> str:
        """Published, or the imported file: of the table from which `answers` are."""
        if self.published(culture):
            return f"{self.title}, published shares of {culture.country}"
        from align_tasks.data import tables

        source = tables.items_provenance(self.name, culture.country)["source"]
        return f"{source['name']} (SHA-256 {source['sha256'][:12]})"

    def _question_file(self, language: str) -> Path | None:
        known = find_language(language)
        return self.question_files.get(language) or (known.questions.get(self.name) if known else None)

    def _about(self, culture: Culture) -> Mapping[str, Any]:
        """What the culture's file says; refuses options not offered that are none of the survey."""
        file = culture.answers.get(self.name)
        about: Mapping[str, Any] = {} if file is None else read_json(file)
        if not isinstance(about, dict) or set(about) - set(ANSWER_FIELDS):
            raise AlignError(f"{file}: an answers file holds {', '.join(ANSWER_FIELDS)} and nothing else")
        items = self.items()
        for item_id, codes in about.get("not_offered", {}).items():
            if item_id not in items or not set(codes) <= set(items[item_id].codes):
                raise AlignError(f"{file}: {item_id} has no options {codes} in {self.title}")
        return about

    def _of_file(self, about: Mapping[str, Any]) -> Iterator[tuple[str, Answers]]:
        items = self.items()
        for item_id, percents in about.get("percent", {}).items():
            if item_id not in items:
                raise AlignError(f"answers to {item_id!r}, which is no item of {self.title}")
            _check_percents(item_id, percents)
            yield item_id, _answers(items[item_id], percents, about, about.get("respondents"))

    def _imported(self, culture: Culture, about: Mapping[str, Any]) -> Iterator[tuple[str, Answers]]:
        from align_tasks.data import tables

        hint = self.how_to_get.format(country=culture.country)
        table = tables.read_items(self.name, culture.country, hint=hint)
        imported = {row["item"]: row for row in table.iter_rows(named=True)}
        labels = {language: self._labels(language) for language in table["language"].unique()}
        for item_id, item in self.items().items():
            if item_id in imported:
                row = imported[item_id]
                wanted = labels[row["language"]].get(item_id, ())
                _check_options(f"{culture.country}, {item_id}", row["options"], wanted)
                yield item_id, _answers(item, row["distribution"], about, row["n"])

    def _labels(self, language: str) -> Mapping[str, Sequence[str]]:
        """How imported tables label the options of each item."""
        if self.option_labels is not None:
            labels: Mapping[str, Sequence[str]] = resolve(self.option_labels)()
            return labels
        return {item_id: question.options for item_id, question in self.questions(language).items()}


def _check_percents(item_id: str, percents: Any) -> None:
    """Refuse published percents that are none: a slip would be taken for another distribution."""
    is_list = isinstance(percents, list) and all(isinstance(one, int | float) for one in percents)
    if not is_list or abs(math.fsum(percents) - 100) > PERCENT_TOLERANCE:
        raise AlignError(f"published answers to {item_id}: {percents} are no percents that add up to 100")


def _check_options(where: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse shares that may belong to other options, or to these in another order."""
    if list(found) != list(wanted):
        raise AlignError(
            f"{where}: the imported shares are of the options {', '.join(found)}; "
            f"those of the survey are {', '.join(wanted)}",
            hint="Import the file again; if that does not help, its reader does not fit the survey.",
        )


def read_json(file: Path) -> Any:
    """Content of a JSON file.

    Raises:
        AlignError: it is not there or no JSON.
    """
    try:
        return _parsed(file)
    except OSError as error:
        raise AlignError(f"cannot read {file}: {error.strerror or error}") from error
    except ValueError as error:
        raise AlignError(f"{file} is no JSON: {error}") from error


@lru_cache(maxsize=64)
def _parsed(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _items(file: Path) -> dict[str, Item]:
    return _entries(file, lambda name, entry: Item(**{**entry, "id": name, "codes": tuple(entry["codes"])}))


@lru_cache(maxsize=32)
def _questions(file: Path) -> dict[str, Question]:
    return _entries(file, lambda name, entry: Question(entry["question"], tuple(entry["options"])))


def _entries(file: Path, make: Callable[[str, Any], T]) -> dict[str, T]:
    """Entries of a file by item; what is wrong with one is told with the file and the item."""
    found = {}
    for item_id, entry in read_json(file).items():
        try:
            found[item_id] = make(item_id, entry)
        except (KeyError, TypeError) as error:
            raise AlignError(f"{file}, {item_id}: missing or unknown field: {one_line(error)}") from error
    return found


def _check_texts(file: Path, items: Mapping[str, Item], texts: Mapping[str, Question]) -> None:
    missing = [item_id for item_id in items if item_id not in texts]
    if missing:
        raise AlignError(f"{file.name} lacks the items {', '.join(missing)}")
    for item_id, item in items.items():
        if len(texts[item_id].options) != len(item.codes):
            raise AlignError(
                f"{file.name}: {item_id} has {len(texts[item_id].options)} options, not {len(item.codes)}"
            )


def _answers(item: Item, weights: Sequence[float], about: Mapping[str, Any], people: int | None) -> Answers:
    """Answers from weights of any sum over the item's options."""
    missing = about.get("not_offered", {}).get(item.id, ())
    offered = tuple(place for place, code in enumerate(item.codes) if code not in missing)
    if len(weights) != len(item.codes):
        raise AlignError(f"{item.id}: {len(weights)} shares for {len(item.codes)} options")
    total = math.fsum(weights)
    if min(weights) < 0 or not total:
        raise AlignError(f"{item.id}: shares must be at least 0, and not all of them 0")
    if not math.isclose(math.fsum(weights[place] for place in offered), total):
        raise AlignError(f"{item.id}: people chose options that were not offered to them")
    return Answers(tuple(weight / total for weight in weights), offered, people)
