"""Survey answers as sentences: worked by hand, and those of the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from align_tasks.cultures import Culture, get_culture
from align_tasks.errors import AlignError
from align_tasks.survey.statements import statements, write_statements
from align_tasks.survey.survey import Answers, Item, Question, Survey
from align_tasks.survey.wvs7 import WVS7
from align_tasks.tasks.tension import dataset

US, ZH = get_culture("us"), get_culture("zh")
PAIR = [(US, ZH)]


class Small(Survey):
    """Items with shares of the test's own."""

    name, title = "small", "Small survey"

    def __init__(self, **shares: list[float]) -> None:
        self._shares = shares
        self.question = "Is it so?"
        self.offered: tuple[int, ...] | None = None

    def items(self) -> Mapping[str, Item]:
        return {name: Item(name, name, "ordinal", (1, 2, 3)) for name in self._shares}

    def has_questions(self, language: str) -> bool:
        return True

    def questions(self, language: str) -> Mapping[str, Question]:
        return {name: Question(self.question, ("Yes", "No", "Maybe")) for name in self._shares}

    def answers(self, culture: Culture) -> Mapping[str, Answers]:
        return {
            name: Answers(tuple(one), self.offered or (0, 1, 2), None) for name, one in self._shares.items()
        }

    def source(self, culture: Culture) -> str:
        return "made up"


def test_answers_stand_most_frequent_first_in_whole_percent() -> None:
    ((item, text),) = statements(Small(Q1=[0.125, 0.871, 0.004]), US, ())
    assert item == "Q1"
    assert text == (
        'In the United States, people were asked: "Is it so?" 87% of people answered "No", 13% "Yes" '
        'and less than 1% "Maybe".'
    )


def test_chinese_answers_are_told_in_chinese() -> None:
    survey = Small(Q1=[0.125, 0.871, 0.004])
    survey.question = "您同意“这样”吗？"
    ((_, text),) = statements(survey, ZH, ())
    assert text == (
        "在中国，人们被问到：“您同意‘这样’吗？”87%的人回答“No”，13%回答“Yes”，不到1%回答“Maybe”。"
    )


def test_quotations_inside_a_question_have_other_marks() -> None:
    survey = Small(Q1=[1.0, 0.0, 0.0])
    survey.question = 'Some say, "Be kind."'
    ((_, text),) = statements(survey, US, ())
    assert 'asked: "Some say, \'Be kind.\'" 100% of people answered "Yes".' in text


def test_options_that_were_not_offered_are_not_named() -> None:
    survey = Small(Q1=[0.6, 0.4, 0.0])
    survey.offered = (0, 1)
    ((_, text),) = statements(survey, US, ())
    assert text.endswith('60% of people answered "Yes" and 40% "No".')


def test_equal_shares_stand_in_the_order_of_the_questionnaire() -> None:
    ((_, text),) = statements(Small(Q1=[0.25, 0.5, 0.25]), US, ())
    assert text.endswith('50% of people answered "No", 25% "Yes" and 25% "Maybe".')


def test_items_held_out_are_not_told() -> None:
    survey = Small(Q1=[1.0, 0.0, 0.0], Q2=[0.0, 1.0, 0.0])
    assert [item for item, _ in statements(survey, US, {"Q1"})] == ["Q2"]


def test_a_culture_without_sentences_is_told() -> None:
    for culture in (Culture("jp", "ja", "JPN"), Culture("gb", "en", "GBR")):
        with pytest.raises(
            AlignError, match=f"no sentences that tell the answers of culture '{culture.name}'"
        ):
            list(statements(Small(Q1=[1.0, 0.0, 0.0]), culture, ()))


@pytest.mark.parametrize("culture", [US, ZH], ids=["us", "zh"])
def test_no_item_that_the_tension_task_asks_is_told(culture: Culture, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    record = write_statements(file, WVS7, culture, PAIR, ["Q91", "Q92"])
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = {row["item"] for row in dataset(culture.name, ("us", "zh")).splits["test"]}
    told = {row["item"] for row in rows}
    assert asked.isdisjoint(told)
    assert asked | told | {"Q91", "Q92"} == set(WVS7.items())
    assert (len(rows), len(record["held_out"]), record["left_out"]) == (111, 50, ["Q91", "Q92"])
    questions = WVS7.questions(culture.language)
    texts = "".join(row["text"] for row in rows)
    assert not [item for item in asked if questions[item].question in texts]


def test_published_shares_of_the_usa_are_told() -> None:
    """Q1: 89.32, 8.52, 1.85 and 0.31 percent."""
    found = dict(statements(WVS7, US, ()))
    assert found["Q1"].endswith(
        '89% of people answered "Very important", 9% "Rather important", 2% "Not very important" '
        'and less than 1% "Not at all important".'
    )


def test_the_record_tells_what_is_in_the_file(tmp_path: Path) -> None:
    survey = Small(Q1=[1.0, 0.0, 0.0], Q2=[0.0, 1.0, 0.0])
    record = write_statements(tmp_path / "s.jsonl", survey, US, [], ["Q1"])
    assert json.loads((tmp_path / "s.json").read_text()) == record
    assert {name: record[name] for name in ("items", "left_out", "held_out", "answers")} == {
        "items": ["Q2"],
        "left_out": ["Q1"],
        "held_out": [],
        "answers": "made up",
    }


def test_an_unknown_item_and_a_file_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    survey = Small(Q1=[1.0, 0.0, 0.0])
    with pytest.raises(AlignError, match="Q9: no item of Small survey"):
        write_statements(tmp_path / "s.jsonl", survey, US, [], ["Q9"])
    with pytest.raises(AlignError, match="where the record goes"):
        write_statements(tmp_path / "s.json", survey, US, [])
    with pytest.raises(AlignError, match="cannot write to"):
        write_statements(tmp_path / "no" / "s.jsonl", survey, US, [])
