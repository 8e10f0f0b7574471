from __future__ import annotations

import pytest

from align_tasks.errors import AlignError
from align_tasks.prompts import (
    WORDINGS,
    Prompt,
    association_prompt,
    base_text,
    chat_messages,
    option_labels,
    ranking_prompt,
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
    for language, text in WORDINGS.items():
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
