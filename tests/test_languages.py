from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from align_tasks.cultures import Culture, language_of
from align_tasks.errors import AlignError
from align_tasks.languages import Language, find_language, get_language
from align_tasks.normalise import normalise
from align_tasks.parsing import parse_associations
from align_tasks.plugins import hookimpl
from align_tasks.prompts import ENGLISH


def test_words_of_a_language_that_nobody_registered_are_read_all_the_same() -> None:
    assert find_language("de") is None
    assert normalise(" Straße!", "de") == "straße"
    assert parse_associations("Hund, Katze, Maus", "de") == ["hund", "katze", "maus"]


def test_a_language_without_prompts_is_told_with_those_that_have_some(plugins: Any) -> None:
    plugins.register(languages=[Language("ja", ENGLISH)])
    assert get_language("ja").wording is ENGLISH
    with pytest.raises(AlignError, match="no prompts in language 'de'") as error:
        get_language("de")
    assert error.value.hint == "Languages with prompts: en, ja, zh"


@pytest.mark.parametrize(
    ("rule", "word", "normal"),
    [
        (lambda text: text.replace("ß", "ss"), "Straße", "strasse"),
        ("align_tasks.normalise:simplified_characters", "狗貓", "狗猫"),
    ],
)
def test_words_are_brought_to_the_normal_form_of_their_language_alone(
    rule: Any, word: str, normal: str, plugins: Any
) -> None:
    assert normalise(word, "xx") == word.lower()
    plugins.register(languages=[Language("xx", ENGLISH, normal_form=rule)])
    assert normalise(word, "xx") == normal
    assert normalise(word, "en") == word.lower()


def test_a_conjunction_before_the_last_word_is_no_part_of_it(plugins: Any) -> None:
    listed = "Hund, Katze, und Maus"
    assert parse_associations(listed, "de") == ["hund", "katze", "und maus"]
    plugins.register(languages=[Language("de", ENGLISH, conjunctions=("und ", "oder "))])
    assert parse_associations(listed, "de") == ["hund", "katze", "maus"]
    assert parse_associations("Hund, oder Katze", "de") == ["hund", "katze"]
    assert parse_associations("und Hund, Katze, and Maus", "de") == ["und hund", "katze", "and maus"]


def test_four_words_in_a_line_are_a_list_only_where_the_language_says_so(plugins: Any) -> None:
    plugins.register(languages=[Language("es", ENGLISH)])
    assert parse_associations("gato perro casa mesa", "es") == ["gato perro casa mesa"]
    assert parse_associations("cat dog house table", "en") == ["cat", "dog", "house", "table"]


JAPANESE = [
    ("犬 猫 鳥", ["犬", "猫", "鳥"]),
    ("いぬ ねこ とり", ["いぬ", "ねこ", "とり"]),
    ("イヌ ネコ トリ", ["イヌ", "ネコ", "トリ"]),
    ("犬 ねこ トリ", ["犬", "ねこ", "トリ"]),
    ("りんご バナナ", ["りんご", "バナナ"]),
    ("いぬ\u3000ねこ とり", ["いぬ", "ねこ", "とり"]),
    ("アイス クリーム、いぬ、ねこ", ["アイス クリーム", "いぬ", "ねこ"]),
    ("1. いぬ\n2. ねこ", ["いぬ", "ねこ"]),
    ("コーヒー ice cream ケーキ", ["コーヒー", "ice", "cream", "ケーキ"]),
]


@pytest.mark.parametrize(("answer", "words"), JAPANESE)
def test_blanks_separate_words_of_a_language_that_writes_none(
    answer: str, words: list[str], plugins: Any
) -> None:
    """Kana as well as Han; the last answer is as a Chinese one with as many Latin words would be read."""
    plugins.register(languages=[Language("ja", ENGLISH, has_blanks=False)])
    assert parse_associations(answer, "ja") == words


def test_in_a_language_with_blanks_they_separate_nothing() -> None:
    assert parse_associations("いぬ ねこ とり", "ja") == ["いぬ ねこ とり"]


CODES = ["en", "yue", "fil", "zh-Hant", "zh-Hant-TW", "pt-BR", "es-419", "ca-valencia", "de-CH-1996"]
NO_CODES = [
    "",
    "e",
    "EN",
    "en\n",
    "e1",
    "english",
    "en_US",
    "en-us",
    "zh-hant",
    "zh-HANT",
    "en-",
    "en-GBR",
    "../x",
]


@pytest.mark.parametrize("code", CODES)
def test_codes_of_two_letters_and_longer_ones(code: str, plugins: Any) -> None:
    assert language_of("own", code) == code
    cultures = [Culture("own", code, "USA")]
    found = plugins.register(languages=[Language(code, ENGLISH)] if code != "en" else [], cultures=cultures)
    assert found.problems() == []
    assert language_of("own") == code


@pytest.mark.parametrize("code", NO_CODES)
def test_what_is_no_code_is_refused(code: str) -> None:
    """Other cases of letters too: "zh-hant" beside "zh-Hant" would be one language under two codes."""
    with pytest.raises(AlignError, match="is no ISO 639-1 code of a language, such as en, and no longer BCP"):
        Language(code, ENGLISH)
    with pytest.raises(AlignError, match="is no ISO 639-1 code of a language"):
        language_of("own", code)


def test_a_plugin_whose_language_does_not_read_back_is_left_out(plugins: Any) -> None:
    def register(register: Any) -> None:
        register(Language("xx", replace(ENGLISH, separator=": ")))

    origin = plugins.origin("mine")
    origin.load().register_languages = hookimpl(register)
    (problem,) = plugins.use(origin).problems()
    assert "its hook register_languages failed: the separator ': ' of language 'xx' cannot be told" in problem


def test_thai_and_lao_vowels_stay_whole() -> None:
    """NFKC makes two characters of one, after which "น้ำ" (water) is no longer as people write it."""
    assert normalise("น้ำ", "th") == "น้ำ"
    assert normalise("ນ້ຳ", "lo") == "ນ້ຳ"
    assert normalise("น้ํ\u200bา", "th") == "น้ำ"


def test_starting_does_not_load_the_parser() -> None:
    code = "import sys; from align_tasks.plugins.loading import registry; registry(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "align_tasks.languages" in done.stdout.split()
    assert "align_tasks.parsing" not in done.stdout.split()
