"""The shipped survey data: whole, in the right order, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.survey.wvs7 import load_items, load_questions, load_respondents, load_shares

COUNTRY_NAMES = {"USA": "United States", "CHN": "China"}


def test_there_are_the_163_items_that_both_countries_answered() -> None:
    assert len(load_items()) == 163
    assert (
        list(load_items()) == list(load_shares()) == list(load_questions("en")) == list(load_questions("zh"))
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_option_has_a_text_of_its_own(language: str) -> None:
    for name, item in load_items().items():
        options = load_questions(language)[name].options
        assert len(options) == len(item.codes) == len(set(options)), name
        assert len(set(item.codes)) == len(item.codes)


def test_no_two_items_ask_the_same() -> None:
    for language in ("en", "zh"):
        texts = [(q.question, q.options) for q in load_questions(language).values()]
        assert len(set(texts)) == len(texts)


def test_shares_sum_to_one_over_all_options() -> None:
    for name, by_country in load_shares().items():
        assert set(by_country) == {"USA", "CHN"}
        for shares in by_country.values():
            assert len(shares) == len(load_items()[name].codes)
            assert sum(shares) == pytest.approx(1)


def test_ten_point_items_run_from_one_to_ten() -> None:
    """Pitfall 4: sorted as text, the option "10" would come before "2"."""
    ten_point = [item for item in load_items().values() if len(item.codes) == 10]
    assert len(ten_point) > 30
    for item in ten_point:
        assert item.codes == tuple(range(1, 11))
        numbers = [option.split("（")[0].split(" ")[0] for option in load_questions("zh")[item.id].options]
        assert numbers == [str(n) for n in range(1, 11)]


def test_a_known_ten_point_answer_is_where_it_belongs() -> None:
    """Satisfaction with life, USA: 8 was the most frequent answer (27.64 %), 10 had 8.71 %."""
    usa = load_shares()["Q49"]["USA"]
    assert usa[7] == pytest.approx(0.2764, abs=1e-4)
    assert usa[9] == pytest.approx(0.0871, abs=1e-4)


def test_hard_to_say_stands_in_the_middle() -> None:
    """In the source, the letter X is code 0: "hard to say" in Q119, but "disagree" in Q122."""
    assert load_items()["Q119"].codes == (1, 2, 0, 3, 4)
    assert load_shares()["Q119"]["USA"][2] == pytest.approx(0.3244, abs=1e-4)
    assert load_questions("en")["Q122"].options == ("Disagree", "Hard to say", "Agree")
    assert load_shares()["Q122"]["USA"] == pytest.approx([0.0764, 0.3190, 0.6046], abs=1e-4)


def test_options_that_a_country_was_not_offered_hold_no_answers() -> None:
    for name, item in load_items().items():
        for country, shares in load_shares()[name].items():
            kept = item.offered(country)
            assert sum(shares[place] for place in kept) == pytest.approx(1), (name, country)
    assert [name for name, item in load_items().items() if not item.comparable("USA", "CHN")] == [
        "Q33",
        "Q34",
        "Q35",
        "Q152",
        "Q153",
        "Q172",
    ]


def test_only_unordered_scales_are_without_a_direction() -> None:
    for item in load_items().values():
        assert (item.reverse is None) == (item.scale == "nominal"), item.id
        assert item.scale == "ordinal" or len(item.codes) > 2, item.id


def test_a_language_without_texts_is_told() -> None:
    with pytest.raises(AlignError, match="'fr'"):
        load_questions("fr")


def test_respondents_are_those_of_wave_seven() -> None:
    assert load_respondents() == {"USA": 2596, "CHN": 3036}


def test_shares_are_the_published_ones(shared_data: Path) -> None:
    published = json.loads((shared_data / "wvs" / "wvs7.shares.6_countries.json").read_text(encoding="utf-8"))
    for name, item in load_items().items():
        for country, title in COUNTRY_NAMES.items():
            by_letter = published[name]["shares_percent"][title]
            letters = ["X" if code == 0 else chr(ord("A") + code - 1) for code in item.codes]
            expected = [by_letter.get(letter, 0) / 100 for letter in letters]
            assert load_shares()[name][country] == pytest.approx(expected, abs=2e-4), (name, country)
