"""Reading takes time in proportion to the text, whatever is in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from align_tasks.languages import Language
from align_tasks.parsing import parse_associations, parse_ranking
from align_tasks.prompts import ENGLISH

Read = Callable[[str, str], list[str]]


def associations(text: str, language: str) -> list[str]:
    return parse_associations(text, language, cue="water")


def ranking(text: str, language: str) -> list[str]:
    return parse_ranking(text, ["dog", "ice cream", "水"], language)


both = pytest.mark.parametrize("read", [associations, ranking])


@both
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("unit", ["ice cream, ", "1. dog - a pet\n", "水、", "水 鱼 河\n"])
def test_a_megabyte_takes_less_than_two_seconds(unit: str, language: str, read: Read) -> None:
    text = unit * (1_000_000 // len(unit.encode()))
    assert seconds(read, text, language) < 2


@both
@pytest.mark.parametrize(
    "unit",
    [
        *("dog", "dog ", "水", " ", "  \t", "\n", "(", "（a", "[", "*", "1. ", "1", "1.a ", "a - "),
        *("a: ", ":", "->", ". ", "a/", "…", "①", "Word", "<think>", "河\u3000", "order ", "一、"),
    ],
)
def test_time_is_linear(unit: str, read: Read) -> None:
    assert seconds(read, unit * 50_000, "zh") < 2


@both
@pytest.mark.parametrize("separator", [" ~ ", " "])
@pytest.mark.parametrize(
    "unit",
    [
        *("قطة، ", "قطة ~ ", "แมว ", "١. قطة ", "1- قطة\n", "1-  ", "1- ", "٣", " ~", "क/"),
        *("्", "\u200f", "बिल्ली (", "۔", "แมว  "),
    ],
)
def test_time_is_linear_in_other_languages(unit: str, separator: str, read: Read, plugins: Any) -> None:
    wording = replace(ENGLISH, separator=separator)
    plugins.register(languages=[Language("xx", wording, has_blanks=separator != " ")])
    assert seconds(read, unit * 50_000, "xx") < 2


def seconds(read: Read, text: str, language: str) -> float:
    """Processor time of reading a text."""
    start = time.process_time()
    read(text, language)
    return time.process_time() - start
