"""A survey of two items in files: whose answers are at hand, and what contradicts itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from align_tasks.cultures import Culture
from align_tasks.data import tables
from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.prompts import ENGLISH
from align_tasks.survey.files import FileSurvey
from align_tasks.survey.survey import Answers, Item, Question
from align_tasks.survey.wvs7 import WVS7

ITEMS = {
    "A1": {"label": "Tea", "scale": "ordinal", "codes": [1, 2, 3], "reverse": True},
    "A2": {"label": "Cups", "scale": "nominal", "codes": [2, 1], "topic": "crockery", "note": "Asked twice."},
}
TEXTS = {
    "A1": {"question": "Do you like tea?", "options": ["Yes", "So-so", "No"]},
    "A2": {"question": "Which cup?", "options": ["Large", "Small"]},
}


@pytest.fixture
def survey(tmp_path: Path) -> FileSurvey:
    return FileSurvey(
        name="tea1",
        title="The tea survey",
        item_file=_file(tmp_path, "items.json", ITEMS),
        question_files={"en": _file(tmp_path, "questions.en.json", TEXTS)},
        how_to_get="Ask the people of {country}.",
    )


def _file(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _culture(folder: Path, **about: Any) -> Culture:
    """A culture whose file says this of its answers."""
    return Culture("uk", "en", "GBR", answers={"tea1": _file(folder, "answers.GBR.json", about)})


OPTIONS = {item: text["options"] for item, text in TEXTS.items()} | {"B9": ["Yes", "No"]}


def _import(
    shares: dict[str, list[float]],
    people: int | None = 40,
    *,
    part: str = "GBR",
    options: dict[str, list[str]] = OPTIONS,
) -> None:
    """Store a table of the survey that holds answers of GBR."""
    rows = [
        {
            "item": item,
            "wave": "1",
            "culture": "GBR",
            "language": "en",
            "question": item,
            "options": options[item],
            "scale": "ordinal",
            "distribution": distribution,
            "n": people,
            "weighted": weighted,
        }
        for item, distribution in shares.items()
        for weighted in (False, True)
    ]
    source = {"name": f"{part}.csv", "sha256": "0123456789abcdef"}
    tables.write_table("items", f"tea1.{part}", pl.DataFrame(rows, schema=tables.ITEMS), {"source": source})


UK = Culture("uk", "en", "GBR")


def test_items_and_their_texts(survey: FileSurvey) -> None:
    assert survey.items() == {
        "A1": Item("A1", "Tea", "ordinal", (1, 2, 3), reverse=True),
        "A2": Item("A2", "Cups", "nominal", (2, 1), topic="crockery", note="Asked twice."),
    }
    assert survey.questions("en")["A2"] == Question("Which cup?", ("Large", "Small"))


def test_published_percents_become_shares_over_all_options(survey: FileSurvey, tmp_path: Path) -> None:
    """Percents are rounded: 33.33 three times are thirds."""
    culture = _culture(tmp_path, respondents=9, percent={"A1": [33.33, 33.33, 33.33], "A2": [25, 75]})
    answers = survey.answers(culture)
    assert answers["A1"] == Answers((1 / 3, 1 / 3, 1 / 3), (0, 1, 2), 9)
    assert answers["A2"] == Answers((0.25, 0.75), (0, 1), 9)
    assert survey.published(culture) == answers
    assert survey.source(culture) == "The tea survey, published shares of GBR"


def test_published_answers_go_before_imported_ones(
    survey: FileSurvey, tmp_path: Path, data_home: Path
) -> None:
    _import({"A1": [1, 0, 0]})
    culture = _culture(tmp_path, respondents=9, percent={"A1": [0, 0, 100]})
    assert survey.answers(culture)["A1"].shares == (0, 0, 1)


def test_without_percents_the_answers_are_those_imported(
    survey: FileSurvey, tmp_path: Path, data_home: Path
) -> None:
    culture = _culture(tmp_path, not_offered={"A1": [2]})
    _import({"B9": [0.5, 0.5], "A2": [0.25, 0.75], "A1": [0.6, 0, 0.4]})
    answers = survey.answers(culture)
    assert list(answers) == ["A1", "A2"]
    assert answers["A1"] == Answers((0.6, 0, 0.4), (0, 2), 40)
    assert answers["A2"] == Answers((0.25, 0.75), (0, 1), 40)
    assert survey.published(culture) == {}
    assert survey.source(culture) == "GBR.csv (SHA-256 0123456789ab)"


def test_a_culture_without_a_file_has_the_imported_answers(survey: FileSurvey, data_home: Path) -> None:
    _import({"A2": [0.25, 0.75]}, people=None)
    answers = survey.answers(UK)
    assert answers == {"A2": Answers((0.25, 0.75), (0, 1), None)}


def test_a_file_with_no_percents_in_it_publishes_nothing(
    survey: FileSurvey, tmp_path: Path, data_home: Path
) -> None:
    _import({"A2": [0.25, 0.75]})
    culture = _culture(tmp_path, percent={})
    assert survey.answers(culture)["A2"].shares == (0.25, 0.75)
    assert survey.source(culture) == "GBR.csv (SHA-256 0123456789ab)"


def test_answers_and_their_source_are_of_the_countrys_own_table_before_that_of_all(
    survey: FileSurvey, data_home: Path
) -> None:
    _import({"A2": [1, 0]}, part="all")
    assert survey.answers(UK)["A2"].shares == (1, 0)
    assert survey.source(UK) == "all.csv (SHA-256 0123456789ab)"
    _import({"A2": [0, 1]}, part="GBR")
    assert survey.answers(UK)["A2"].shares == (0, 1)
    assert survey.source(UK) == "GBR.csv (SHA-256 0123456789ab)"


@pytest.mark.parametrize("options", [["No", "So-so", "Yes"], ["Yes", "So-so", "Never"]])
def test_imported_shares_of_other_options_are_refused(
    options: list[str], survey: FileSurvey, data_home: Path
) -> None:
    _import({"A1": [0.6, 0.3, 0.1]}, options={"A1": options})
    told = f"GBR, A1: the imported shares are of the options {', '.join(options)}; those of the survey are "
    with pytest.raises(AlignError, match=f"{told}Yes, So-so, No"):
        survey.answers(UK)


def test_a_survey_may_say_how_its_options_are_labelled_in_imported_tables(
    survey: FileSurvey, data_home: Path
) -> None:
    labelled = replace(survey, option_labels=lambda: {"A1": ["Oui", "Bof", "Non"]})
    _import({"A1": [0.6, 0.3, 0.1]}, options={"A1": ["Oui", "Bof", "Non"]})
    assert labelled.answers(UK)["A1"].shares == (0.6, 0.3, 0.1)
    with pytest.raises(AlignError, match="the options Oui, Bof, Non; those of the survey are Yes, So-so, No"):
        survey.answers(UK)
    _import({"A1": [0.6, 0.3, 0.1]})
    with pytest.raises(AlignError, match="the options Yes, So-so, No; those of the survey are Oui, Bof, Non"):
        labelled.answers(UK)


@pytest.mark.parametrize("name", ["", "tea.1", "Tea", "tea 1", "../tea"])
def test_a_name_that_could_not_begin_the_name_of_a_table_is_refused(name: str, survey: FileSurvey) -> None:
    with pytest.raises(AlignError, match="cannot name a survey"):
        replace(survey, name=name)


def test_where_nothing_is_published_or_imported_it_says_how_to_get_it(
    survey: FileSurvey, data_home: Path
) -> None:
    with pytest.raises(AlignError, match="no answers of GBR in survey 'tea1' have been imported") as error:
        survey.answers(UK)
    assert error.value.hint == "Ask the people of GBR."


def test_not_offered_names_codes_whatever_their_order(survey: FileSurvey, tmp_path: Path) -> None:
    culture = _culture(tmp_path, respondents=9, percent={"A2": [0, 100]}, not_offered={"A2": [2]})
    assert survey.answers(culture)["A2"] == Answers((0, 1), (1,), 9)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"percent": {"A1": [50, 50]}}, "A1: 2 shares for 3 options"),
        ({"percent": {"A1": [50, 25, 20, 5]}}, "A1: 4 shares for 3 options"),
        ({"percent": {"A1": []}}, "A1: .* are no percents that add up to 100"),
        ({"percent": {"A1": [0, 0, 0]}}, "A1: .* are no percents that add up to 100"),
        ({"percent": {"A1": [110, -10, 0]}}, "A1: shares must be at least 0, and not all of them 0"),
        ({"percent": {"B9": [50, 50]}}, "answers to 'B9', which is no item of The tea survey"),
        (
            {"percent": {"A1": [50, 30, 20]}, "not_offered": {"A1": [2]}},
            "A1: people chose options that were not offered to them",
        ),
        ({"not_offered": {"A2": [1, 3]}}, r"A2 has no options \[1, 3\] in The tea survey"),
        ({"not_offered": {"B9": [1]}}, r"B9 has no options \[1\] in The tea survey"),
    ],
)
def test_answers_that_contradict_the_items_are_told(
    about: dict[str, Any], told: str, survey: FileSurvey, tmp_path: Path
) -> None:
    with pytest.raises(AlignError, match=told):
        survey.answers(_culture(tmp_path, respondents=9, **about))


def test_imported_answers_that_contradict_the_questionnaire_are_told(
    survey: FileSurvey, tmp_path: Path, data_home: Path
) -> None:
    _import({"A1": [0.5, 0.1, 0.4]})
    with pytest.raises(AlignError, match="A1: people chose options that were not offered to them"):
        survey.answers(_culture(tmp_path, not_offered={"A1": [2]}))


def test_a_language_brings_texts_of_its_own(survey: FileSurvey, tmp_path: Path, plugins: Any) -> None:
    texts = {name: {**text, "question": f"{text['question']} (scots)"} for name, text in TEXTS.items()}
    file = _file(tmp_path, "questions.xx.json", texts)
    assert not survey.has_questions("xx")
    plugins.register(languages=[Language("xx", ENGLISH, questions={"tea1": file})])
    assert survey.has_questions("xx")
    assert survey.questions("xx")["A1"].question == "Do you like tea? (scots)"


def test_texts_of_another_survey_are_no_texts_of_this_one(
    survey: FileSurvey, tmp_path: Path, plugins: Any
) -> None:
    plugins.register(languages=[Language("xx", ENGLISH, questions={"tea2": tmp_path / "texts.json"})])
    assert not survey.has_questions("xx")
    with pytest.raises(AlignError, match="the items of The tea survey are not worded in language 'xx'"):
        survey.questions("xx")


def _in_xx(plugins: Any, tmp_path: Path, texts: Any) -> None:
    file = _file(tmp_path, "questions.xx.json", texts)
    plugins.register(languages=[Language("xx", ENGLISH, questions={"tea1": file})])


def test_missing_texts_are_told(survey: FileSurvey, tmp_path: Path, plugins: Any) -> None:
    _in_xx(plugins, tmp_path, {"A2": TEXTS["A2"]})
    with pytest.raises(AlignError, match=r"questions\.xx\.json lacks the items A1"):
        survey.questions("xx")


def test_a_text_with_too_few_options_is_told(survey: FileSurvey, tmp_path: Path, plugins: Any) -> None:
    _in_xx(plugins, tmp_path, {**TEXTS, "A1": {"question": "Tea?", "options": ["Yes", "No"]}})
    with pytest.raises(AlignError, match=r"questions\.xx\.json: A1 has 2 options, not 3"):
        survey.questions("xx")


def test_a_file_that_is_no_json_or_not_there_is_told(survey: FileSurvey, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    culture = Culture("uk", "en", "GBR", answers={"tea1": file})
    with pytest.raises(AlignError, match=r"cannot read .*answers\.json: No such file"):
        survey.answers(culture)
    file.write_text('{"percent": ')
    with pytest.raises(AlignError, match=r"answers\.json is no JSON: Expecting value"):
        survey.answers(culture)


@pytest.mark.parametrize("percents", [[50, 50, 50, 50], [8.932, 8.52, 1.85, 0.31], ["a", 60, 40, 0], 100])
def test_published_shares_that_are_no_percents_are_refused(percents: Any, tmp_path: Path) -> None:
    """A slip in a figure typed by hand would be taken for another distribution."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"percent": {"Q1": percents}}))
    with pytest.raises(AlignError, match=r"published answers to Q1: .* are no percents that add up to 100"):
        WVS7.answers(Culture("uk", "en", "GBR", answers={"wvs7": file}))


def test_a_field_that_an_answers_file_does_not_have_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text('{"not_ofered": {"Q33": [2]}}')
    with pytest.raises(AlignError, match=r"respondents, percent, not_offered.* and nothing else"):
        WVS7.answers(Culture("uk", "en", "GBR", answers={"wvs7": file}))


def test_an_entry_with_a_misspelt_field_is_told_with_its_file_and_item(tmp_path: Path) -> None:
    file = tmp_path / "items.json"
    file.write_text('{"T1": {"labl": "Tea", "scale": "ordinal", "codes": [1, 2]}}')
    survey = FileSurvey("tea", "Tea", file, {}, "Nowhere.")
    with pytest.raises(AlignError, match=r"items\.json, T1: missing or unknown field: .*labl"):
        survey.items()
