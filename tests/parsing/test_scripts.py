"""Lists in many scripts are read as English and Chinese ones are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from align_tasks.languages import Language
from align_tasks.parsing import parse_associations, parse_ranking
from align_tasks.parsing.characters import DIGITS, MARKS
from align_tasks.prompts import ENGLISH, join_words

SEPARATORS = {
    **dict.fromkeys(["ar", "fa", "ur"], "، "),
    **dict.fromkeys(["hi", "ko", "ru", "he"], ", "),
    **{"ja": "、", "th": " ", "km": " ", "my": "၊ ", "am": "፣ ", "eo": " ~ "},
}
WITHOUT_BLANKS = ("ja", "th", "km", "my")
WORDS = {
    "ar": ["قطة", "كلب صغير", "بيت", "ماء", "مَدْرَسَة"],
    "fa": ["گربه", "سگ کوچک", "خانه", "آب", "آتش"],
    "ur": ["بلی", "چھوٹا کتا", "گھر", "پانی", "آگ"],
    "hi": ["बिल्ली", "छोटा कुत्ता", "घर", "पानी", "आग"],
    "ko": ["고양이", "작은 강아지", "집", "물", "불"],
    "ru": ["кошка", "железная дорога", "дом", "вода", "огонь"],
    "he": ["חתול", "בית ספר", "כלב", "צה״ל", "מים"],
    "ja": ["猫", "いぬ", "コンピューターゲーム", "水", "コーヒー"],
    "th": ["แมว", "หมา", "บ้าน", "น้ำ", "เครื่องปรับอากาศ"],
    "km": ["ឆ្មា", "ឆ្កែ", "ផ្ទះ", "ទឹក"],
    "my": ["ကြောင်", "ခွေး", "အိမ်", "ရေ"],
    "am": ["ድመት", "ትንሽ ውሻ", "ቤት", "ውሃ"],
    "eo": ["kato", "eta hundo", "domo", "e-poŝto"],
}
ZEROS = {"ar": "٠", "fa": "۰", "ur": "۰", "hi": "०", "th": "๐", "km": "០", "my": "၀"}
FULL_STOPS = {"ur": "۔", "hi": "।", "ja": "。", "km": "។", "my": "။", "am": "።"}
RIGHT_TO_LEFT = "\u200f"


@pytest.fixture(autouse=True)
def registered(plugins: Any) -> None:
    """The languages of this module, in use for each test."""
    plugins.register(
        languages=[
            Language(code, replace(ENGLISH, separator=own), has_blanks=code not in WITHOUT_BLANKS)
            for code, own in SEPARATORS.items()
        ]
    )


def _lists(language: str) -> dict[str, str]:
    """The words of a language, listed in many ways."""
    words, own = WORDS[language], SEPARATORS[language]
    listed = own.join(words)
    numbers = [str(place) for place in range(1, len(words) + 1)]
    own_digits = [chr(ord(ZEROS.get(language, "0")) + place) for place in range(1, len(words) + 1)]
    return {
        "own separator": listed,
        "own separator, wrapped": f"{own.join(words[:3])}{own.rstrip()}\n{own.join(words[3:])}",
        "own separator, full stop": listed + FULL_STOPS.get(language, "."),
        "commas": ", ".join(words),
        "Arabic commas": "، ".join(words),
        "Arabic commas without blanks": "،".join(words),
        "Arabic semicolons": "؛ ".join(words),
        "semicolons": "; ".join(words),
        "slashes": "/".join(words),
        "lines": "\n".join(words),
        "numbers": _numbered(words, numbers, ". ", "\n"),
        "numbers in one line": _numbered(words, numbers, ". ", " "),
        "own digits": _numbered(words, own_digits, ". ", "\n"),
        "own digits in one line": _numbered(words, own_digits, ". ", " "),
        "own digits and brackets": _numbered(words, own_digits, ") ", "\n"),
        "marks of direction": _numbered(words, numbers, ") ", "\n\u200f"),
        "bullets": "\n".join(f"- {word}" for word in words),
        "parentheses": listed.replace(words[2], f"{words[2]} ({words[0]}, {words[1]})"),
        "explanations": "\n".join(f"{word}: {words[0]}" for word in words),
    }


def _numbered(words: list[str], numbers: list[str], end: str, before: str) -> str:
    return "".join(f"{before}{number}{end}{word}" for number, word in zip(numbers, words, strict=True))


LISTS = [(language, shape) for language in WORDS for shape in _lists(language)]


@pytest.mark.parametrize(("language", "shape"), LISTS)
def test_lists_in_every_language(language: str, shape: str) -> None:
    assert parse_associations(_lists(language)[shape], language) == WORDS[language]


@pytest.mark.parametrize(("language", "shape"), LISTS)
def test_rankings_in_every_language(language: str, shape: str) -> None:
    candidates = sorted(WORDS[language])
    assert parse_ranking(_lists(language)[shape], candidates, language) == WORDS[language]


@pytest.mark.parametrize("language", WORDS)
def test_worked_examples_are_read_back(language: str) -> None:
    for count in range(1, len(WORDS[language]) + 1):
        words = WORDS[language][:count]
        assert parse_associations(join_words(words, language), language) == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "١- قطة\n٢- كلب\n٣- بيت"),
        ("ar", "1- قطة 2- كلب 3- بيت"),
        ("ar", "●قطة\n●كلب\n●بيت"),
        ("ar", "بالتأكيد! إليك بعض الكلمات: قطة، كلب، بيت. أتمنى أن يكون هذا مفيداً!"),
        ("ar", "بالطبع! هذه قائمة:\n\n1. قطة\n2. كلب\n3. بيت\n\nهل تحتاج إلى المزيد؟"),
    ],
)
def test_arabic_lists(language: str, text: str) -> None:
    assert parse_associations(text, language) == ["قطة", "كلب", "بيت"]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("ur", "بلی، کتا، گھر، پانی۔ امید ہے یہ مدد کرے گا۔", ["بلی", "کتا", "گھر", "پانی"]),
        ("hi", "ज़रूर! बिल्ली, कुत्ता, घर, आग। आशा है इससे मदद मिलेगी।", ["बिल्ली", "कुत्ता", "घर", "आग"]),
        (
            "ko",
            "물론입니다! 고양이, 강아지, 집, 물. 도움이 되었기를 바랍니다!",
            ["고양이", "강아지", "집", "물"],
        ),
        ("ru", "Конечно! Вот слова: дом, вода, огонь. Надеюсь, это поможет!", ["дом", "вода", "огонь"]),
        ("th", "แน่นอนค่ะ! แมว หมา บ้าน น้ำ", ["แมว", "หมา", "บ้าน", "น้ำ"]),
        ("th", "คำที่เกี่ยวข้อง: แมว หมา บ้าน น้ำ", ["แมว", "หมา", "บ้าน", "น้ำ"]),
        ("th", "แมว, สุนัข ตัวใหญ่, บ้าน", ["แมว", "สุนัข ตัวใหญ่", "บ้าน"]),
        ("th", "แมว หมา\nบ้าน น้ำ", ["แมว", "หมา", "บ้าน", "น้ำ"]),
        ("th", "แมว Facebook หมา", ["แมว", "facebook", "หมา"]),
        ("ja", "もちろんです！猫、犬、家。参考になれば幸いです。", ["猫", "犬", "家"]),
        ("ja", "●いぬ\n●ねこ", ["いぬ", "ねこ"]),
        ("fa", "۱٬۰۰۰، ۱،۰۰۰، دوازده", ["۱٬۰۰۰", "۱،۰۰۰", "دوازده"]),
        ("hi", "१,०००, बारह", ["१,०००", "बारह"]),
        ("eo", "kato ~ hundo~ ~ do~mo", ["kato", "hundo~", "do~mo"]),
    ],
)
def test_what_is_no_association_is_left_out(language: str, text: str, words: list[str]) -> None:
    assert parse_associations(text, language) == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "عذراً، لا أستطيع المساعدة في ذلك."),
        ("fa", "متأسفم، نمی‌توانم در این مورد کمک کنم."),
        ("ur", "معذرت، میں اس میں مدد نہیں کر سکتا۔"),
        ("hi", "क्षमा करें, मैं इसमें मदद नहीं कर सकता।"),
        ("ru", "Извините, я не могу с этим помочь."),
        ("he", "מצטער, אני לא יכול לעזור בזה."),
        ("th", "ขออภัยครับ ผมไม่สามารถตอบคำถามนี้ได้เนื่องจากข้อจำกัดด้านนโยบาย"),
        ("ja", "申し訳ありませんが、そのご質問にはお答えすることができません。"),
        ("th", "I cannot help you with that at all"),
    ],
)
def test_refusals_are_invalid(language: str, text: str) -> None:
    assert parse_associations(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "order"),
    [
        ("hi", "कला", []),
        ("hi", "कला, कल", ["कल"]),
        ("hi", "कि, क", []),
        ("ar", "قِطّة، قِط", ["قِط"]),
    ],
)
def test_a_candidate_is_no_part_of_a_word_that_goes_on_with_a_vowel_sign(
    language: str, text: str, order: list[str]
) -> None:
    assert parse_ranking(text, ["कल", "قِط"], language) == order


RARE = "[\u09fe\u0afa-\u0aff\u0c84\u0d4f\u0d58-\u0d5e\u17dd]"  # phonetic, or not part of words
BLOCKS = [range(0x0300, 0x0370), range(0x0591, 0x0700), range(0x0900, 0x0F00), range(0x1000, 0x10A0)]


@pytest.mark.parametrize("block", [*BLOCKS, range(0x1780, 0x17E0)])
def test_vowel_signs_are_parts_of_words_and_punctuation_is_none(block: range) -> None:
    characters = [chr(point) for point in block if not re.match(RARE, chr(point))]
    marks = {character for character in characters if re.match(f"[{MARKS}]", character)}
    assert {character for character in characters if unicodedata.category(character)[0] == "M"} <= marks
    assert {unicodedata.category(character)[0] for character in marks} <= set("MLC")  # C: not assigned


def test_digits_count_from_zero_in_every_script() -> None:
    digits = [chr(point) for point in range(0x10000) if re.match(f"[{DIGITS}]", chr(point))]
    assert [unicodedata.digit(digit) for digit in digits] == [*range(10)] * (len(digits) // 10)
    assert set(ZEROS.values()) <= set(digits)
