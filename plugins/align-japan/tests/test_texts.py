"""The Japanese texts: whole, and option for option those of the English wording."""

from __future__ import annotations

import re
from pathlib import Path

from align_japan import DATA
from align_tasks.cultures import get_culture
from align_tasks.languages import get_language
from align_tasks.normalise import normalise
from align_tasks.parsing import parse_associations, parse_ranking
from align_tasks.prompts import association_prompt, base_text, read_wording
from align_tasks.splits import split_of
from align_tasks.survey.wvs7 import WVS7

ENGLISH, JAPANESE = WVS7.questions("en"), WVS7.questions("ja")


def test_every_item_is_worded_with_every_option() -> None:
    assert list(JAPANESE) == list(ENGLISH)
    for name, text in JAPANESE.items():
        assert text.question.strip(), name
        assert len(text.options) == len(ENGLISH[name].options) == len(set(text.options)), name


def test_one_english_option_has_one_japanese_one_within_an_item_group() -> None:
    """The same English scale is the same Japanese scale, so that no scale is turned round by mistake."""
    scales: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for name, text in ENGLISH.items():
        scales.setdefault(text.options, set()).add(JAPANESE[name].options)
    turned = {
        english: japanese
        for english, japanese in scales.items()
        if len({tuple(sorted(options)) for options in japanese}) < len(japanese)
    }
    assert not turned


def test_numbered_points_keep_their_numbers() -> None:
    numbered = 0
    for name, text in ENGLISH.items():
        for english, japanese in zip(text.options, JAPANESE[name].options, strict=True):
            number = re.match(r"\d+", english)
            if number:
                numbered += 1
                assert japanese.startswith(number[0]), name
    assert numbered > 300


def test_japanese_prompts_have_no_blank_before_the_answer() -> None:
    text = base_text(association_prompt("茶", "ja"), [(association_prompt("赤", "ja"), "血、花")])
    assert text.endswith("連想：血、花\n\n言葉：茶\n連想：")


def test_demo_associations_are_words_in_normal_form() -> None:
    cues = []
    for line in (DATA / "demo.tsv").read_text(encoding="utf-8").splitlines():
        cue, responses = line.split("\t")
        words = [cue, *responses.split(", ")]
        assert [normalise(word, "ja") for word in words] == words
        assert len(set(words)) == len(words), cue
        cues.append(cue)
    assert len(set(cues)) == len(cues) == 150
    assert sum(split_of(cue) == "test" for cue in cues) >= 10


def test_lists_are_read_with_and_without_commas() -> None:
    assert parse_associations("海、夏、かき氷", "ja", cue="夏休み") == ["海", "夏", "かき氷"]
    assert parse_associations("うみ なつ かきごおり", "ja") == ["うみ", "なつ", "かきごおり"]
    assert parse_associations("1. コーヒー\n2. 紅茶\n3. ミルク", "ja") == ["コーヒー", "紅茶", "ミルク"]


def test_a_candidate_is_found_beside_other_characters() -> None:
    assert parse_ranking("ねこ＞いぬ＞とり", ["いぬ", "とり", "ねこ"], "ja") == ["ねこ", "いぬ", "とり"]


def test_the_language_says_that_it_has_no_blanks() -> None:
    assert not get_language("ja").has_blanks
    assert Path(get_language("ja").questions["wvs7"]).is_file()


def test_every_data_file_is_named_by_the_culture_or_its_language() -> None:
    japan, japanese = get_culture("jp"), get_language("ja")
    assert read_wording(DATA / "prompts.ja.json") == japanese.wording
    named = {japan.demo_norms, *japan.answers.values(), *japanese.questions.values()}
    assert named | {DATA / "prompts.ja.json"} == set(DATA.iterdir())
    assert WVS7.name in japan.answers
