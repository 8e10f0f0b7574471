"""The rows of the released CSV file: question, selections, options, source.

Two of its columns hold Python literals, ``defaultdict(<class 'list'>, {'Germany': [0.2, 0.8]})`` and
``['Yes', 'No']``. They are parsed as literals, never run.
"""

from __future__ import annotations

import ast
import json
import math
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

COLUMNS = ("question", "selections", "options", "source")
NOT_ASKED_FOR = "country not asked for"  # why the answers of a country are not in the table
_WRAPPER = re.compile(r"\s*defaultdict\(\s*<class '\w+'>\s*,(.*)\)\s*", re.DOTALL)
_SAMPLE = re.compile(r".+ \((?:Non-national|Old national) sample\)|Northern Ireland")
_TOLERANCE = 0.1  # released shares are rounded and may leave out a residual; more than that is another thing


def read_options(cell: str | None) -> list[str] | None:
    """Labels of the options, or None where the cell is no list."""
    value = _literal(cell)
    return [_label(option) for option in value] if isinstance(value, (list, tuple)) else None


def read_selections(cell: str | None) -> dict[str, Any] | None:
    """Shares by country as released, or None where the cell is no dictionary."""
    wrapped = _WRAPPER.fullmatch(cell or "")
    value = _literal(wrapped.group(1) if wrapped else cell)
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def wrong_with_shares(values: Any, options: int) -> str | None:
    """Why these are no answer shares of that many options; None where they are."""
    if not isinstance(values, (list, tuple)) or not all(map(_is_number, values)):
        return "shares that are not numbers"
    if len(values) != options:
        return "not as many shares as options"
    if any(value < 0 for value in values):
        return "negative share"
    return None if abs(sum(values) - 1) <= _TOLERANCE else "shares far from a sum of 1"


def country_code(name: str) -> str:
    """ISO 3166-1 alpha-3 code of a country; the name as released for a sample that is no whole country."""
    plain = " ".join(name.split())
    return country_codes().get(plain, plain)


def is_sample(name: str) -> bool:
    """Whether a name as released is known to stand for people who are no whole country of today.

    They are Pew's samples that were not drawn from the whole country, India's older national one, and
    Northern Ireland, which is surveyed apart from Great Britain.
    """
    return bool(_SAMPLE.fullmatch(" ".join(name.split())))


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Codes by the names that the file has for countries."""
    codes: dict[str, str] = json.loads(
        (files(__package__) / "country_codes.json").read_text(encoding="utf-8")
    )
    return codes


def _label(option: object) -> str:
    whole = isinstance(option, float) and option.is_integer()
    return " ".join(f"{option:.0f}".split() if whole else str(option).split())


def _literal(cell: str | None) -> object:
    try:
        return ast.literal_eval((cell or "").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
