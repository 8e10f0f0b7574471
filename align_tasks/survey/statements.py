"""A culture's survey answers as sentences that a model can read, without the items that it is asked later."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.files import replace_file, sha256_of
from align_tasks.survey.survey import Answers, Question, Survey
from align_tasks.survey.tension import tension_set


@dataclass(frozen=True)
class Sentences:
    """How a language tells what people answered.

    Attributes:
        begin: tells the question; ``{country}``, ``{question}``.
        first: the most frequent answer; ``{share}``, ``{option}``.
        further: each other answer.
        between, before_last, end: what stands between answers, before the last of them, and behind it.
        few: a share that is rounded to nothing.
        inner: quotation marks inside a quotation, by the outer ones.
        countries: names by ISO code.
    """

    begin: str
    first: str
    further: str
    between: str
    before_last: str
    end: str
    few: str
    inner: Mapping[str, str]
    countries: Mapping[str, str]


LANGUAGES = {
    "en": Sentences(
        begin='In {country}, people were asked: "{question}" ',
        first='{share} of people answered "{option}"',
        further='{share} "{option}"',
        between=", ",
        before_last=" and ",
        end=".",
        few="less than 1%",
        inner={'"': "'"},
        countries={"USA": "the United States"},
    ),
    "zh": Sentences(
        begin="在{country}，人们被问到：“{question}”",
        first="{share}的人回答“{option}”",
        further="{share}回答“{option}”",
        between="，",
        before_last="，",
        end="。",
        few="不到1%",
        inner={"“": "‘", "”": "’"},
        countries={"CHN": "中国"},
    ),
}


def statements(survey: Survey, culture: Culture, held_out: Collection[str]) -> Iterator[tuple[str, str]]:
    """Item and text of what a culture's people answered to each item but those held out.

    Answers stand most frequent first, those of equal shares in the order of the questionnaire; options that
    were not offered, or that nobody chose, are not named.

    Raises:
        AlignError: there are no sentences in the culture's language, or the answers are not at hand.
    """
    told = LANGUAGES.get(culture.language)
    country = told.countries.get(culture.country) if told else None
    if told is None or country is None:
        raise AlignError(f"there are no sentences that tell the answers of culture {culture.name!r}")
    questions, answers = survey.questions(culture.language), survey.answers(culture)
    for item in survey.items():
        if item in answers and item not in held_out:
            begin = told.begin.format(country=country, question=_quoted(questions[item].question, told))
            yield item, f"{begin}{_told(questions[item], answers[item], told)}{told.end}"


def held_out_items(survey: Survey, one: Culture, other: Culture) -> list[str]:
    """The items that the task of the two cultures' tension set asks."""
    return tension_set(survey.items(), survey.answers(one), survey.answers(other))


def write_statements(
    file: Path,
    survey: Survey,
    culture: Culture,
    tension: Collection[tuple[Culture, Culture]],
    left_out: Collection[str] = (),
) -> dict[str, Any]:
    """Write statements as JSONL, and beside them a record of what is in them and what was held out.

    Args:
        file: lines of ``{"item": …, "text": …}``, as trainers mix them in; the record ends in ``.json``.
        survey: whose items.
        culture: whose answers.
        tension: pairs of cultures whose tension sets are held out.
        left_out: further items to leave out.

    Returns:
        The record.

    Raises:
        AlignError: as `statements` does; an item to leave out is none of the survey; the files cannot be
            written.
    """
    unknown = sorted(set(left_out) - survey.items().keys())
    if unknown:
        raise AlignError(f"{', '.join(unknown)}: no item of {survey.title}")
    record_file = file.with_suffix(".json")
    if record_file == file:
        raise AlignError(f"{file} is where the record goes", hint="Name a file that ends in .jsonl.")
    held_out = {item for pair in tension for item in held_out_items(survey, *pair)}
    found = dict(statements(survey, culture, held_out.union(left_out)))
    lines = (json.dumps({"item": item, "text": text}, ensure_ascii=False) for item, text in found.items())
    try:
        replace_file(file, "".join(f"{line}\n" for line in lines).encode())
        record = {
            "culture": culture.name,
            "country": culture.country,
            "language": culture.language,
            "survey": survey.title,
            "answers": survey.source(culture),
            "tension_sets_held_out": ["-".join(sorted(one.name for one in pair)) for pair in tension],
            "items": list(found),
            "held_out": [item for item in survey.items() if item in held_out],
            "left_out": [item for item in survey.items() if item in left_out and item not in held_out],
            "sha256": sha256_of(file),
        }
        replace_file(record_file, f"{json.dumps(record, ensure_ascii=False, indent=1)}\n".encode())
    except OSError as error:
        raise AlignError(f"cannot write to {file.parent}: {error.strerror or error}") from error
    return record


def _told(question: Question, answers: Answers, told: Sentences) -> str:
    """What people answered, most frequent first."""
    places = sorted(answers.offered, key=lambda place: -answers.shares[place])
    first, *others = [
        form.format(
            share=_percent(answers.shares[place], told), option=_quoted(question.options[place], told)
        )
        for form, place in zip([told.first, *[told.further] * len(places)], places, strict=False)
        if answers.shares[place] > 0
    ]
    if not others:
        return first
    return told.between.join([first, *others[:-1]]) + told.before_last + others[-1]


def _percent(share: float, told: Sentences) -> str:
    """A share in whole percent, halves rounded up."""
    rounded = math.floor(100 * share + 0.5)
    return f"{rounded}%" if rounded else told.few


def _quoted(text: str, told: Sentences) -> str:
    """A text as it stands inside quotation marks."""
    return "".join(told.inner.get(letter, letter) for letter in text)
