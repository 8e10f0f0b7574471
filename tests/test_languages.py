from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.languages import Language, find_language, get_language
from align_tasks.normalise import normalise
from align_tasks.parsing import parse_associations
from align_tasks.parsing.pieces import has_blanks
from align_tasks.prompts import ENGLISH


def test_words_of_a_language_that_nobody_registered_are_read_all_the_same() -> None:
    assert find_language("de") is None
    assert has_blanks("de")
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
    assert not has_blanks("ja")
    assert parse_associations(answer, "ja") == words


def test_in_a_language_with_blanks_they_separate_nothing() -> None:
    assert parse_associations("いぬ ねこ とり", "ja") == ["いぬ ねこ とり"]
