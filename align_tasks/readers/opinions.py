"""GlobalOpinionQA: answer shares by country of questions from the Pew Global Attitudes Survey and the WVS.

``opinions``  CSV with the columns question, selections, options and source. The cells of two of them are
Python literals: ``defaultdict(<class 'list'>, {'Germany': [0.2, 0.8]})`` and ``['Yes', 'No']``. They are
parsed as literals, never run.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks.data.tables import ITEMS
from align_tasks.readers.report import Report, nothing_left, unknown_reader
from align_tasks.readers.textfile import cells, read_text, required

READERS = ("opinions",)
SURVEY = "goqa"
VERSION = 1
_WRAPPER = re.compile(r"\s*defaultdict\(\s*<class '\w+'>\s*,(.*)\)\s*", re.DOTALL)
_TOLERANCE = 0.1  # released shares are rounded and may leave out a residual; more than that is another thing

Item = tuple[str, str, tuple[str, ...]]  # wave, question, options


def read_opinions(path: Path, *, reader: str | None = None) -> tuple[pl.DataFrame, Report]:
    """Read the GlobalOpinionQA file.

    An item's name is made from its survey, text and options. A question that is there more than once for a
    country is averaged. Whether options lie on a line is not released, so every item counts as nominal, and
    the number of people is null.

    Returns:
        The table (columns of `align_tasks.data.tables.ITEMS`, one row per question and country) and the
        account, which counts answer distributions; a row that cannot be parsed counts as one.

    Raises:
        AlignError: the columns are missing, or nothing could be read.
    """
    if reader not in (None, *READERS):
        raise unknown_reader(reader, "opinions", READERS)
    text = read_text(path)
    columns = required(text, "GlobalOpinionQA", ["question", "selections", "options", "source"])
    found: dict[tuple[Item, str], list[list[float]]] = defaultdict(list)
    dropped: Counter[str] = Counter()
    for _, question, selections, options, wave in cells(text, columns).iter_rows():
        labels, shares = _options(options), _selections(selections)
        reason = _row_reason(question, labels, shares)
        if reason or labels is None or shares is None:
            dropped[reason or "malformed"] += 1
            continue
        item = (wave or "", question, tuple(labels))
        for country, values in shares.items():
            wrong = _shares_reason(values, len(labels))
            if wrong:
                dropped[wrong] += 1
            else:
                found[item, _culture(country)].append([v / sum(values) for v in values])
    if not found:
        raise nothing_left(text.source, "question", dropped)
    rows = [_row(item, culture, distributions) for (item, culture), distributions in found.items()]
    distributions = sum(map(len, found.values()))
    cultures = {culture for _, culture in found}
    report = Report(
        source=text.source,
        reader=READERS[0],
        unit="answer distributions",
        counted=distributions + sum(dropped.values()),
        kept=len(rows),
        merged=distributions - len(rows),
        dropped=dict(dropped),
        facts={
            "questions": len({item for item, _ in found}),
            "cultures": len(cultures),
            "samples that are no whole country": sorted(c for c in cultures if c not in _codes().values()),
        },
        reader_version=VERSION,
    )
    return pl.DataFrame(rows, schema=ITEMS), report


def _options(cell: str | None) -> list[str] | None:
    value = _literal(cell)
    return [str(option) for option in value] if isinstance(value, (list, tuple)) else None


def _selections(cell: str | None) -> dict[str, Any] | None:
    wrapped = _WRAPPER.fullmatch(cell or "")
    value = _literal(wrapped.group(1) if wrapped else cell)
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def _literal(cell: str | None) -> object:
    try:
        return ast.literal_eval((cell or "").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _row_reason(question: str | None, options: list[str] | None, shares: dict[str, Any] | None) -> str | None:
    if not (question or "").strip():
        return "no question"
    if options is None:
        return "malformed options"
    if len(options) < 2:
        return "fewer than two options"
    if shares is None:
        return "malformed selections"
    return None if shares else "no country"


def _shares_reason(values: Any, options: int) -> str | None:
    if not isinstance(values, (list, tuple)) or not all(_is_number(v) for v in values):
        return "shares that are not numbers"
    if len(values) != options:
        return "as many shares as options expected"
    if any(v < 0 for v in values):
        return "negative share"
    return None if abs(sum(values) - 1) <= _TOLERANCE else "shares far from a sum of 1"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _culture(country: str) -> str:
    """ISO alpha-3 code of a country; the name as released for a sample that is no whole country."""
    name = " ".join(country.split())
    return _codes().get(name, name)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    text = (files("align_tasks.readers") / "country_codes.json").read_text(encoding="utf-8")
    codes: dict[str, str] = json.loads(text)
    return codes


def _row(item: Item, culture: str, distributions: list[list[float]]) -> dict[str, Any]:
    wave, question, options = item
    name = hashlib.sha256("\0".join((wave, question, *options)).encode()).hexdigest()[:10]
    columns = zip(*sorted(distributions), strict=True)
    return {
        "item": name,
        "wave": wave,
        "culture": culture,
        "language": "en",
        "question": question,
        "options": list(options),
        "scale": "nominal",
        "distribution": [math.fsum(column) / len(distributions) for column in columns],
        "n": None,
        "weighted": False,
    }
