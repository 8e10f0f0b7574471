from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.plugins.loading import registry
from align_tasks.prompts import (
    CHINESE,
    Prompt,
    association_prompt,
    base_text,
    chat_messages,
    option_labels,
    ranking_prompt,
    read_wording,
    survey_prompt,
)

PROMPT = Prompt("Do it.", "Word: tea", "Words:", " ")
EXAMPLE = (Prompt("Do it.", "Word: red", "Words:", " "), "blood, rose")


def test_a_base_model_reads_instruction_examples_question_and_lead() -> None:
    assert base_text(PROMPT, [EXAMPLE]) == "Do it.\n\nWord: red\nWords: blood, rose\n\nWord: tea\nWords:"


def test_a_chat_model_gets_one_message_without_the_lead() -> None:
    assert chat_messages(PROMPT) == [{"role": "user", "content": "Do it.\n\nWord: tea"}]


def test_chat_examples_in_one_message_show_their_answers() -> None:
    (message,) = chat_messages(PROMPT, [EXAMPLE])
    assert message["content"] == "Do it.\n\nWord: red\nWords: blood, rose\n\nWord: tea"


def test_chat_examples_as_turns_say_the_instruction_once() -> None:
    assert chat_messages(PROMPT, [EXAMPLE], multiturn=True) == [
        {"role": "user", "content": "Do it.\n\nWord: red"},
        {"role": "assistant", "content": "blood, rose"},
        {"role": "user", "content": "Word: tea"},
    ]


def test_chinese_prompts_have_no_blank_before_the_answer() -> None:
    prompt = association_prompt("茶", "zh")
    assert base_text(prompt, [(association_prompt("红", "zh"), "血、花")]).endswith(
        "联想：血、花\n\n词语：茶\n联想："
    )


def test_options_are_lettered_in_the_order_given() -> None:
    assert survey_prompt("How?", ["Well", "Badly"], "en").question == "How?\nA. Well\nB. Badly"


def test_no_label_is_the_beginning_of_another() -> None:
    """Pitfall 1: of the labels 1 to 10, "1" begins "10"."""
    labels = option_labels(10)
    assert len(set(labels)) == 10
    assert not [(a, b) for a in labels for b in labels if a != b and b.startswith(a)]


def test_every_language_asks_the_same_kind_of_thing() -> None:
    for language, known in registry().languages.items():
        text = known.wording
        assert "{count}" in text.association_instruction, language
        assert "40" in association_prompt("x", language, count=40).instruction
        ranking = ranking_prompt("cue", ["a", "b"], language)
        assert f"a{text.separator}b" in ranking.question


def test_more_options_than_letters_are_refused() -> None:
    with pytest.raises(ValueError, match="27"):
        option_labels(27)


def test_an_unknown_language_is_told_with_those_there_are() -> None:
    with pytest.raises(AlignError, match=r"'xx'[\s\S]*en, zh"):
        association_prompt("x", "xx")


TEXTS = asdict(CHINESE)


def _written(folder: Path, content: Any) -> Path:
    file = folder / "prompts.xx.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_the_texts_of_a_language_are_read_from_a_file(tmp_path: Path) -> None:
    assert read_wording(_written(tmp_path, TEXTS)) == CHINESE


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"survey_lead": None}, "prompts.xx.json: it must be an object of texts"),
        ({"association_instruction": "Up to 40."}, "association_instruction must hold {count}, and no other"),
        ({"association_question": "Word"}, "association_question must hold {cue}, and"),
        (
            {"association_question": "{cue} {word}"},
            "association_question must hold {cue}, and no other braces",
        ),
        ({"association_question": "{cue} }"}, "association_question must hold {cue}, and no other braces"),
        ({"ranking_question": "{cue}"}, "ranking_question must hold {cue} and {candidates}, and no other"),
        ({"survey_laed": "Answer:"}, "prompts.xx.json: missing or unknown fields: survey_laed"),
    ],
)
def test_a_text_that_could_not_be_filled_in_is_told(
    changes: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(AlignError, match=re.escape(told)):
        read_wording(_written(tmp_path, {**TEXTS, **changes}))


def test_missing_texts_are_told_all_at_once(tmp_path: Path) -> None:
    texts = {key: text for key, text in TEXTS.items() if not key.startswith("survey")}
    with pytest.raises(AlignError, match="fields: survey_instruction, survey_lead"):
        read_wording(_written(tmp_path, texts))


@pytest.mark.parametrize("content", ["", "{", "[", "\0"])
def test_a_file_that_is_no_json_is_told(content: str, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"cannot read the prompts in .*prompts\.xx\.json: "):
        read_wording(_written(tmp_path, content))


@pytest.mark.parametrize("content", [[], "[]", "1", "null", [TEXTS]])
def test_a_file_that_holds_something_else_is_told(content: Any, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"prompts\.xx\.json: it must be an object of texts"):
        read_wording(_written(tmp_path, content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"cannot read the prompts in .*No such file"):
        read_wording(tmp_path / "prompts.xx.json")
