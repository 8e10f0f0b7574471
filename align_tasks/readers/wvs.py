"""Answer shares of World Values Survey items, from microdata.

Of each item and country: the share of every answer among the valid ones (missing answers left out), both
unweighted and with the survey's own weight ``W_WEIGHT``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks.data.tables import ITEMS
from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest
from align_tasks.readers.report import Report, nothing_left
from align_tasks.readers.source import Source
from align_tasks.readers.textfile import column_names
from align_tasks.readers.wvs_files import Kind, Respondents, kind_of, open_respondents
from align_tasks.readers.wvs_labels import Answers, code_of, label_table

VERSION = 1
_COUNTRY, _WEIGHT = "B_COUNTRY_ALPHA", "W_WEIGHT"
_UNWEIGHTED = "No weighting"  # the label of weight 1 in countries that were not weighted
_WEIGHT_UNIT = 10**10  # weights are added as whole numbers of this fraction: the order of rows is nothing
_HEAVIEST = 1000  # so that the weights of 900,000 people can be added

Tally = dict[int, tuple[int, int]]  # code -> people, their weight


def read_wvs(path: Path, countries: Sequence[str], kind: Kind) -> tuple[pl.DataFrame, Report]:
    """Read answers of people and count them.

    Args:
        path: a cross-national CSV, a country's Excel workbook, or an SPSS file of wave 7.
        countries: ISO alpha-3 codes to take; none means every country in the file.
        kind: which of the three it is.

    Returns:
        The table (columns of `align_tasks.data.tables.ITEMS`, two rows per item and country: unweighted and
        weighted) and the account, which counts answers: respondents times items.

    Raises:
        AlignError: not a file of wave 7, a country that is not in it, a code that is no country's,
            a weight that is no number, or no valid answer at all.
    """
    known = label_table()
    people = open_respondents(path, [_COUNTRY, _WEIGHT, *known], kind)
    items = [item for item in known if item in people.labels]
    _check_columns(people, items)
    frame = people.cells.with_columns(pl.col(_COUNTRY).str.strip_chars().replace("", None).str.to_uppercase())
    taken = _taken(people.source, frame, countries)
    weighted = _WEIGHT in people.labels
    frame = frame.with_columns(weight=_weight(people.source, frame) if weighted else pl.lit(0))
    dropped = _other_rows(frame, taken, len(items))
    chosen = frame.filter(pl.col(_COUNTRY).is_in(taken))
    rows, kept, warnings = [], 0, []
    for item in items:
        for country, tally, reasons, unknown in _tallies(chosen, item, known[item]):
            dropped.update(reasons)
            if unknown:
                reason = f"{item} left out: unknown answer {unknown!r}"
                dropped[reason] += sum(n for n, _ in tally.values())
                warnings.append(f"{country}: {reason}")
            elif tally:
                kept += sum(n for n, _ in tally.values())
                rows += _item_rows(item, country, people.labels[item], known[item], tally)
    if not weighted:
        warnings.append(f"there is no column {_WEIGHT}: no weighted shares")
    report = Report(
        source=people.source,
        reader=people.reader,
        unit="answers",
        counted=frame.height * len(items),
        kept=kept,
        dropped=dict(dropped),
        facts={"respondents": chosen.height, "countries": taken, "items": len({row["item"] for row in rows})},
        warnings=tuple(warnings),
        reader_version=VERSION,
    )
    if not rows:
        raise nothing_left(people.source, "valid answer", report.dropped)
    return pl.DataFrame(rows, schema=ITEMS), report


def is_csv(path: Path) -> bool:
    """Whether a file is text with columns of the survey, such as "Q1" or "Q1: Important in life: Family"."""
    if kind_of(path) != "wvs-csv":
        return False
    return _COUNTRY.casefold() in {name.split(":")[0].strip() for name in column_names(path)}


def is_excel(path: Path) -> bool:
    """Whether a file is an Excel workbook."""
    return kind_of(path) == "wvs-excel"


def is_sav(path: Path) -> bool:
    """Whether a file is an SPSS file."""
    return kind_of(path) == "wvs-sav"


def read_csv(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_wvs` of a CSV file."""
    return read_wvs(request.path, request.countries, "wvs-csv")


def read_excel(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_wvs` of an Excel workbook."""
    return read_wvs(request.path, request.countries, "wvs-excel")


def read_sav(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
    """`read_wvs` of an SPSS file."""
    return read_wvs(request.path, request.countries, "wvs-sav")


def _check_columns(people: Respondents, items: Sequence[str]) -> None:
    if not items or _COUNTRY not in people.labels:
        missing = [_COUNTRY] * (_COUNTRY not in people.labels) + ["Q1 and other items"] * (not items)
        raise AlignError(
            f"{people.source.name} is not a file of World Values Survey wave 7: it has no column "
            + ", ".join(missing),
            hint=f"Found: {', '.join(people.labels) or 'none of the columns that are needed'}",
        )


def _taken(source: Source, frame: pl.DataFrame, countries: Sequence[str]) -> list[str]:
    there = sorted(frame[_COUNTRY].drop_nulls().unique())
    odd = [code for code in there if not re.fullmatch("[A-Z]{3}", code)]
    if odd:
        raise AlignError(
            f"{source.name}: {odd[0]!r} in the column {_COUNTRY} is not a country's three letters"
        )
    unknown = [c for c in countries if c.upper() not in there]
    if unknown:
        raise AlignError(
            f"{source.name} has no respondents of {', '.join(unknown)}",
            hint=f"Countries in it: {', '.join(there)}",
        )
    return sorted({c.upper() for c in countries}) or there


def _weight(source: Source, frame: pl.DataFrame) -> pl.Series:
    text = frame[_WEIGHT].str.strip_chars().str.replace(",", ".", literal=True).replace(_UNWEIGHTED, "1")
    number = text.cast(pl.Float64, strict=False)
    bad = (~number.is_between(0, _HEAVIEST)).fill_null(True).arg_true()
    if bad.len():
        row = int(bad[0])
        raise AlignError(
            f"{source.name}, row {row + 2}: the weight {frame[_WEIGHT][row]!r} is not a number "
            f"from 0 to {_HEAVIEST:,}"
        )
    units: pl.Series = (number * _WEIGHT_UNIT).round().cast(pl.Int64)
    return units


def _other_rows(frame: pl.DataFrame, taken: Sequence[str], items: int) -> Counter[str]:
    nowhere = frame[_COUNTRY].null_count()
    elsewhere = frame.height - nowhere - frame.filter(pl.col(_COUNTRY).is_in(taken)).height
    counts = {"no country": nowhere * items, "country not asked for": elsewhere * items}
    return Counter({reason: number for reason, number in counts.items() if number})


def _tallies(
    chosen: pl.DataFrame, item: str, answers: Answers
) -> list[tuple[str, Tally, Counter[str], str | None]]:
    """Of each country: valid answers by code, missing ones by reason, and a cell that is not understood."""
    groups = chosen.group_by(_COUNTRY, pl.col(item).alias("cell")).agg(pl.len(), pl.col("weight").sum())
    tally: dict[str, Tally] = defaultdict(dict)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    unknown: dict[str, str] = {}
    for country, cell, people, weight in groups.sort(_COUNTRY, "cell").iter_rows():
        code = code_of(cell, answers)
        if isinstance(code, str):
            reasons[country][code] += people
            continue
        if code is None:
            unknown.setdefault(country, cell)
            code = -1
        before = tally[country].get(code, (0, 0))
        tally[country][code] = (before[0] + people, before[1] + weight)
    return [(c, tally[c], reasons[c], unknown.get(c)) for c in sorted({*tally, *reasons})]


def _item_rows(item: str, country: str, label: str, answers: Answers, tally: Tally) -> list[dict[str, Any]]:
    people = [tally.get(code, (0, 0))[0] for code in answers.codes]
    weights = [tally.get(code, (0, 0))[1] for code in answers.codes]
    row = {
        "item": item,
        "wave": "7",
        "culture": country,
        "language": "en",
        "question": label or item,
        "options": list(answers.options),
        "scale": answers.scale,
        "n": sum(people),
    }
    return [
        {**row, "weighted": weighted, "distribution": [count / sum(counts) for count in counts]}
        for weighted, counts in ((False, people), (True, weights))
        if sum(counts)
    ]
