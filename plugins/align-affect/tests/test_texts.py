"""The texts of every language: whole, and with the scale the right way round."""

from __future__ import annotations

import re

import pytest

from align_affect import DIMENSIONS
from align_affect.texts import FOLDER, has_texts, read_texts
from align_tasks.data.tables import RATING_RANGES
from align_tasks.errors import AlignError
from align_tasks.languages import get_language

LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.json"))


def test_english_and_chinese_are_there() -> None:
    assert LANGUAGES == ["en", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_dimension_has_a_question_about_the_word_and_a_numbered_scale(language: str) -> None:
    texts = read_texts(language)
    assert texts.instruction
    assert tuple(texts.scales) == DIMENSIONS
    for dimension, scale in texts.scales.items():
        assert "{word}" in scale.question
        low, high = RATING_RANGES[dimension]
        numbers = [int(re.match(r"\d+", option)[0]) for option in scale.options]  # type: ignore[index]
        assert numbers == list(range(int(low), int(high) + 1))
        ends = {scale.options[0], scale.options[-1]}
        assert all(option.isdigit() != (option in ends) for option in scale.options), "the ends are worded"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_one_that_models_are_asked_in(language: str) -> None:
    assert get_language(language).code == language


def test_another_language_is_refused_with_what_to_add() -> None:
    assert not has_texts("de")
    with pytest.raises(AlignError, match=r"'de', only in en, zh\s+Add de\.json to .*texts"):
        read_texts("de")
