from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from align_opinions.survey import GOQA
from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_tasks.survey.survey import get_survey


def test_answers_are_those_of_the_cultures_country(imported: Any) -> None:
    (item,) = GOQA.answers(get_culture("zh"))
    assert GOQA.questions("en")[item].question == "How important is ____ to you? a. made-up tea"
    answers = GOQA.answers(get_culture("zh"))[item]
    assert answers.shares == pytest.approx((4 / 9, 4 / 9, 1 / 9, 0))
    assert (answers.offered, answers.people) == ((0, 1, 2, 3), None)
    assert len(GOQA.answers(get_culture("us"))) == 2


def test_items_say_scale_and_source_survey(imported: Any) -> None:
    about = {item.label: (item.scale, item.topic, item.codes) for item in GOQA.items().values()}
    assert about == {
        "How important is ____ to you? a. made-up tea": ("ordinal", "GAS", (1, 2, 3, 4)),
        "Which made-up river is longer?": ("nominal", "WVS", (1, 2, 3)),
    }


def test_questions_without_enough_letters_are_left_out_and_counted(imported: Any) -> None:
    assert imported[0]["facts"]["questions"] == 3
    assert imported[0]["warnings"] == [
        "questions with more options than there are letters, imported but not asked: 1"
    ]
    assert GOQA.file().endswith("; questions left out, of more than 26 options: 1")


def test_without_an_import_there_are_no_items_and_the_answers_say_what_to_do(data_home: Path) -> None:
    assert get_survey("goqa") is GOQA
    assert GOQA.items() == {}
    assert GOQA.questions("en") == {}
    with pytest.raises(AlignError, match=r"(?s)USA in survey 'goqa'.*align data import opinions FILE"):
        GOQA.answers(get_culture("us"))


def test_questions_are_in_english_only() -> None:
    assert not GOQA.has_questions("zh")
    with pytest.raises(AlignError, match="not worded in language 'zh'"):
        GOQA.questions("zh")
