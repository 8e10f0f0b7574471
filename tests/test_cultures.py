from __future__ import annotations

from typing import Any

import pytest

from align_tasks.cultures import Culture, get_culture, language_of
from align_tasks.errors import AlignError


def test_the_longest_name_and_one_of_every_kind_of_character() -> None:
    assert Culture("a" * 32, "en", "USA").name == "a" * 32
    assert Culture("us-old_2", "en", "USA").name == "us-old_2"


@pytest.mark.parametrize("name", ["", "US", "1a", "-a", "a b", "a.b", "../a", "ä", "a" * 33, "item", "us\n"])
def test_a_name_that_could_not_stand_in_task_names_is_refused(name: str) -> None:
    with pytest.raises(AlignError, match="cannot name a culture"):
        Culture(name, "en", "USA")


@pytest.mark.parametrize("language", ["", "EN", "english", "e", "e1", "EN-us", "en_US", "en\n"])
def test_a_language_that_is_no_code_is_refused(language: str) -> None:
    with pytest.raises(AlignError, match="no ISO 639-1 code of a language"):
        Culture("us", language, "USA")


@pytest.mark.parametrize("country", ["", "US", "usa", "USAA", "U1A", "Japan"])
def test_a_country_that_is_no_code_is_refused(country: str) -> None:
    with pytest.raises(AlignError, match=rf"'{country}' is no ISO 3166-1 alpha-3 code of a country"):
        Culture("us", "en", country)


def test_an_unknown_culture_is_told_with_those_there_are(plugins: Any) -> None:
    plugins.register(cultures=[Culture("uk", "en", "GBR")])
    assert get_culture("uk").country == "GBR"
    with pytest.raises(AlignError, match="unknown culture 'jp'") as error:
        get_culture("jp")
    assert error.value.hint == "Known cultures: uk, us, zh"


def test_a_culture_of_a_plugin_knows_its_language(plugins: Any) -> None:
    with pytest.raises(AlignError, match="name its language with --language"):
        language_of("uk")
    plugins.register(cultures=[Culture("uk", "en", "GBR")])
    assert language_of("uk") == "en"
    with pytest.raises(AlignError, match="the language of culture 'uk' is 'en', not 'zh'"):
        language_of("uk", "zh")
