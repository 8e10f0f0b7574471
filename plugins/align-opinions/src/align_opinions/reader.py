"""GlobalOpinionQA: answer shares by country of questions from the Pew Global Attitudes Survey and the WVS."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import polars as pl

from align_opinions.answers import is_answer
from align_opinions.release import (
    COLUMNS,
    NOT_ASKED_FOR,
    country_code,
    country_codes,
    is_sample,
    read_options,
    read_selections,
    wrong_with_shares,
)
from align_opinions.scales import scale_of
from align_tasks.data.tables import ITEMS
from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest
from align_tasks.readers.report import Report, nothing_left
from align_tasks.readers.source import Source
from align_tasks.readers.textfile import cells, column_names, read_text, required

NAME = "opinions"
VERSION = 3


@dataclass(frozen=True)
class Question:
    """One question of the file: its survey (``GAS`` or ``WVS``), text, and the options that are answers."""

    survey: str
    text: str
    options: tuple[str, ...]

    @property
    def name(self) -> str:
        """Ten hexadecimal digits that follow from survey, text and options."""
        return hashlib.sha256("\0".join((self.survey, self.text, *self.options)).encode()).hexdigest()[:10]


@dataclass
class _Tally:
    """What was found in a file so far."""

    shares: dict[tuple[Question, str], list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    dropped: Counter[str] = field(default_factory=Counter)
    no_answer: Counter[str] = field(default_factory=Counter)  # questions with such an option, by its label
    unanswered: list[float] = field(default_factory=list)  # share of such options, by answer distribution

    @property
    def questions(self) -> set[Question]:
        return {question for question, _ in self.shares}

    @property
    def countries(self) -> set[str]:
        return {country for _, country in self.shares}

    @property
    def no_countries(self) -> list[str]:
        """Names that have no code."""
        return sorted(self.countries - set(country_codes().values()))


def recognises(path: Path) -> bool:
    """Whether a file has the columns of GlobalOpinionQA."""
    return set(COLUMNS) <= column_names(path)


def read(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """Read the GlobalOpinionQA file.

    A question's name is made from its survey, text and options. A question that is there more than once for
    a country is averaged. The number of people is not released. Options that are no answer (`is_answer`) are
    set aside, and people's shares of the others are divided by their sum: only some surveys report them, and
    countries must be comparable. Scales are inferred (`scale_of`).

    Args:
        request: the CSV file as downloaded, and the countries to take; none means all, and other samples.

    Returns:
        The table (columns of `align_tasks.data.tables.ITEMS`, one row per question and country) and the
        account, which counts answer distributions; a row that cannot be parsed counts as one.

    Raises:
        AlignError: columns are missing, a country is not in the file, or nothing could be read.
    """
    text = read_text(request.path)
    columns = required(text, "GlobalOpinionQA", COLUMNS)
    wanted = {code.upper() for code in request.countries}
    tally, there = _Tally(), set[str]()
    for _, *row in cells(text, columns).iter_rows():
        there |= _add_row(tally, row, wanted)
    _check_countries(text.source, wanted, there)
    if not tally.shares:
        raise nothing_left(text.source, "question", tally.dropped)
    rows = [_row(question, country, found) for (question, country), found in tally.shares.items()]
    return pl.DataFrame(rows, schema=ITEMS), _report(text.source, tally)


def _add_row(tally: _Tally, row: Sequence[str | None], wanted: set[str]) -> set[str]:
    """Count one row of the file; returns every country in it."""
    asked, selections, options, survey = row
    labels, by_country = read_options(options), read_selections(selections)
    answers = [place for place, label in enumerate(labels or ()) if is_answer(label)]
    reason = _wrong_with_row(asked, labels, len(answers), by_country)
    if reason or labels is None or by_country is None:
        tally.dropped[reason or "malformed"] += 1
        return set()
    question = Question(survey or "", asked or "", tuple(labels[place] for place in answers))
    tally.no_answer.update({label for place, label in enumerate(labels) if place not in answers})
    for name, shares in by_country.items():
        country = country_code(name)
        reason = wrong_with_shares(shares, len(labels))
        if wanted and country not in wanted:
            tally.dropped[NOT_ASKED_FOR] += 1
        elif reason:
            tally.dropped[reason] += 1
        else:
            _add_shares(tally, question, country, [shares[place] for place in answers], sum(shares))
    return {country_code(name) for name in by_country}


def _add_shares(tally: _Tally, question: Question, country: str, shares: list[float], total: float) -> None:
    answered = math.fsum(shares)
    if not answered:
        tally.dropped["nobody gave an answer"] += 1
        return
    tally.unanswered.append(1 - answered / total)
    tally.shares[question, country].append([share / answered for share in shares])


def _wrong_with_row(
    asked: str | None, labels: list[str] | None, answers: int, by_country: dict[str, Any] | None
) -> str | None:
    if not (asked or "").strip():
        return "no question"
    if labels is None:
        return "malformed options"
    if answers < 2:
        return "fewer than two options"
    if by_country is None:
        return "malformed selections"
    return None if by_country else "no country"


def _check_countries(source: Source, wanted: set[str], there: set[str]) -> None:
    missing = sorted(wanted - there)
    if missing:
        known = sorted(there & set(country_codes().values()))
        raise AlignError(
            f"{source.name} has no answers of {', '.join(missing)}",
            hint=f"Countries in it: {', '.join(known)}",
        )


def _report(source: Source, tally: _Tally) -> Report:
    found = sum(map(len, tally.shares.values()))
    scales = Counter(scale_of(question.options) for question in tally.questions)
    return Report(
        source=source,
        reader=NAME,
        unit="answer distributions",
        counted=found + sum(tally.dropped.values()),
        kept=len(tally.shares),
        merged=found - len(tally.shares),
        dropped=dict(tally.dropped),
        facts={
            "questions": len(tally.questions),
            "scales inferred from the options": {name: scales[name] for name in ("ordinal", "nominal")},
            "options set aside as no answer (rows)": dict(tally.no_answer.most_common()),
            "mean share of those options": f"{math.fsum(tally.unanswered) / found:.1%}",
            "cultures": len(tally.countries),
            "samples that are no whole country": [name for name in tally.no_countries if is_sample(name)],
        },
        warnings=tuple(_warnings(tally)),
        reader_version=VERSION,
    )


def _warnings(tally: _Tally) -> Iterator[str]:
    long = sum(len(question.options) > len(ascii_uppercase) for question in tally.questions)
    if long:
        yield f"questions with more options than there are letters, imported but not asked: {long}"
    unknown = [name for name in tally.no_countries if not is_sample(name)]
    if unknown:
        told = "names that are neither a country nor a sample we know, compared with nothing"
        yield f"{told}: {', '.join(unknown)}"


def _row(question: Question, country: str, found: list[list[float]]) -> dict[str, Any]:
    columns = zip(*sorted(found), strict=True)
    return {
        "item": question.name,
        "wave": question.survey,
        "culture": country,
        "language": "en",
        "question": question.text,
        "options": list(question.options),
        "scale": scale_of(question.options),
        "distribution": [math.fsum(column) / len(found) for column in columns],
        "n": None,
        "weighted": False,
    }
