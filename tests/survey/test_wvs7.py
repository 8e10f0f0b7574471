"""The shipped survey data: whole, in the right order, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from align_tasks.cultures import Culture, get_culture
from align_tasks.data import tables
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.survey.survey import Answers
from align_tasks.survey.wvs7 import WVS7

COUNTRY_NAMES = {"us": "United States", "zh": "China"}


def _answers() -> dict[str, dict[str, Answers]]:
    return {culture: WVS7.answers(get_culture(culture)) for culture in COUNTRY_NAMES}


def test_there_are_the_163_items_that_both_countries_answered() -> None:
    names = list(WVS7.items())
    assert len(names) == 163
    assert list(WVS7.questions("en")) == list(WVS7.questions("zh")) == names
    assert [list(answers) for answers in _answers().values()] == [names, names]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_option_has_a_text_of_its_own(language: str) -> None:
    for name, item in WVS7.items().items():
        options = WVS7.questions(language)[name].options
        assert len(options) == len(item.codes) == len(set(options)), name
        assert len(set(item.codes)) == len(item.codes)


def test_no_two_items_ask_the_same() -> None:
    for language in ("en", "zh"):
        texts = [(q.question, q.options) for q in WVS7.questions(language).values()]
        assert len(set(texts)) == len(texts)


def test_shares_sum_to_one_over_all_options() -> None:
    for answers in _answers().values():
        for name, answer in answers.items():
            assert len(answer.shares) == len(WVS7.items()[name].codes)
            assert sum(answer.shares) == pytest.approx(1)


def test_ten_point_items_run_from_one_to_ten() -> None:
    """Pitfall 4: sorted as text, the option "10" would come before "2"."""
    ten_point = [item for item in WVS7.items().values() if len(item.codes) == 10]
    assert len(ten_point) > 30
    for item in ten_point:
        assert item.codes == tuple(range(1, 11))
        numbers = [option.split("（")[0].split(" ")[0] for option in WVS7.questions("zh")[item.id].options]
        assert numbers == [str(n) for n in range(1, 11)]


def test_a_known_ten_point_answer_is_where_it_belongs() -> None:
    """Satisfaction with life, USA: 8 was the most frequent answer (27.64 %), 10 had 8.71 %."""
    usa = _answers()["us"]["Q49"].shares
    assert usa[7] == pytest.approx(0.2764, abs=1e-4)
    assert usa[9] == pytest.approx(0.0871, abs=1e-4)


def test_hard_to_say_stands_in_the_middle() -> None:
    """In the source, the letter X is code 0: "hard to say" in Q119, but "disagree" in Q122."""
    assert WVS7.items()["Q119"].codes == (1, 2, 0, 3, 4)
    assert _answers()["us"]["Q119"].shares[2] == pytest.approx(0.3244, abs=1e-4)
    assert WVS7.questions("en")["Q122"].options == ("Disagree", "Hard to say", "Agree")
    assert _answers()["us"]["Q122"].shares == pytest.approx([0.0764, 0.3190, 0.6046], abs=1e-4)


def test_options_that_a_country_was_not_offered_hold_no_answers() -> None:
    usa, china = _answers().values()
    for answers in (usa, china):
        for name, answer in answers.items():
            assert sum(answer.shares[place] for place in answer.offered) == pytest.approx(1), name
    assert [name for name in WVS7.items() if usa[name].offered != china[name].offered] == [
        "Q33",
        "Q34",
        "Q35",
        "Q152",
        "Q153",
        "Q172",
    ]


def test_only_unordered_scales_are_without_a_direction() -> None:
    for item in WVS7.items().values():
        assert (item.reverse is None) == (item.scale == "nominal"), item.id
        assert item.scale == "ordinal" or len(item.codes) > 2, item.id


KEN = Culture("ke", "en", "KEN")


def test_imported_answers_of_every_item_fit_its_options(data_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "wvs.csv"
    first = {name: item.codes[0] for name, item in WVS7.items().items()}
    header, values = ",".join(first), ",".join(map(str, first.values()))
    file.write_text(f"B_COUNTRY_ALPHA,W_WEIGHT,{header}\nKEN,1,{values}\n")
    import_file(file, "wvs")
    answers = WVS7.answers(KEN)
    assert list(answers) == list(WVS7.items())
    assert all(answer.shares[0] == 1 for answer in answers.values())


def test_imported_answers_with_the_options_in_reverse_are_refused(data_home: Path) -> None:
    row = {
        "item": "Q6",
        "wave": "7",
        "culture": "KEN",
        "language": "en",
        "question": "Q6",
        "options": list(WVS7.questions("en")["Q6"].options[::-1]),
        "scale": "ordinal",
        "distribution": [0.7, 0.1, 0.1, 0.1],
        "weighted": False,
    }
    tables.write_table("items", "wvs7.KEN", pl.DataFrame([row], schema=tables.ITEMS), {})
    with pytest.raises(AlignError, match="KEN, Q6: the imported shares are of the options Not at all"):
        WVS7.answers(KEN)


def test_a_language_without_texts_is_told() -> None:
    with pytest.raises(AlignError, match="'fr'"):
        WVS7.questions("fr")


def test_respondents_are_those_of_wave_seven() -> None:
    people = {name: {answer.people for answer in answers.values()} for name, answers in _answers().items()}
    assert people == {"us": {2596}, "zh": {3036}}


def test_shares_are_the_published_ones(shared_data: Path) -> None:
    published = json.loads((shared_data / "wvs" / "wvs7.shares.6_countries.json").read_text(encoding="utf-8"))
    for name, item in WVS7.items().items():
        for culture, title in COUNTRY_NAMES.items():
            by_letter = published[name]["shares_percent"][title]
            letters = ["X" if code == 0 else chr(ord("A") + code - 1) for code in item.codes]
            expected = [by_letter.get(letter, 0) / 100 for letter in letters]
            assert _answers()[culture][name].shares == pytest.approx(expected, abs=2e-4), (name, culture)
