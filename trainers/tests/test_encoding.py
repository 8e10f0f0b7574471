from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lm_eval.models.huggingface import HFLM

from align_tasks.errors import AlignError
from align_tasks.prompts import association_prompt
from align_trainers.encoding import Encoder

PROMPT = association_prompt("red", "en")
CHINESE = association_prompt("红色", "zh")


@pytest.mark.parametrize("is_chat", [False, True])
@pytest.mark.parametrize("prompt", [PROMPT, CHINESE])
def test_the_prompt_is_what_lm_eval_sends(
    tiny_model: Path, tokenizer: Any, prompt: Any, is_chat: bool
) -> None:
    encoder = Encoder(tokenizer, is_chat=is_chat)
    evaluation = HFLM(pretrained=str(tiny_model), device="cpu", dtype="float32")
    sent, _ = evaluation.tok_batch_encode([encoder.prompt_text(prompt)])
    encoded = encoder.encode(prompt, "rose、blood")
    assert encoded.ids[: encoded.start] == sent[0].tolist()


def test_a_base_answer_stands_behind_the_lead_and_a_blank_and_ends_the_text(encoder: Encoder) -> None:
    encoded = encoder.encode(PROMPT, "rose, blood")
    assert encoder.tokenizer.decode(encoded.ids[encoded.start :]) == " rose, blood<end>"
    assert encoder.tokenizer.decode(encoded.ids[: encoded.start]).endswith("Word: red\nAssociations:")


def test_a_chinese_answer_follows_its_lead_without_a_blank(encoder: Encoder) -> None:
    encoded = encoder.encode(CHINESE, "玫瑰、血")
    assert encoder.tokenizer.decode(encoded.ids[encoded.start :]) == "玫瑰、血<end>"


def test_a_chat_answer_ends_its_turn_once(tokenizer: Any) -> None:
    encoded = Encoder(tokenizer, is_chat=True).encode(PROMPT, "rose, blood")
    assert tokenizer.decode(encoded.ids[encoded.start :]) == "rose, blood<end>"
    assert tokenizer.decode(encoded.ids[: encoded.start]).endswith("Word: red<end>\n<assistant>")


@pytest.mark.parametrize("is_chat", [False, True])
def test_ends_count_characters_from_the_first_word_on(tokenizer: Any, is_chat: bool) -> None:
    encoded = Encoder(tokenizer, is_chat=is_chat).encode(PROMPT, "rose, blood")
    assert len(encoded.ends) == len(encoded.ids) - encoded.start
    assert encoded.ends[-2:] == [11, 11]
    assert encoded.ends == sorted(encoded.ends)


def test_a_tokenizer_without_chat_template_cannot_train_on_chats(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    with pytest.raises(AlignError, match=r"no chat template[^!]*--no-apply-chat-template"):
        Encoder(tokenizer, is_chat=True)


def test_a_tokenizer_without_end_cannot_teach_to_stop(tokenizer: Any) -> None:
    tokenizer.eos_token = None
    with pytest.raises(AlignError, match="end-of-text token"):
        Encoder(tokenizer, is_chat=False)


def test_a_tokenizer_without_pad_token_will_do(tokenizer: Any) -> None:
    tokenizer.pad_token = None
    assert Encoder(tokenizer, is_chat=False).encode(PROMPT, "rose").ids


def test_a_template_that_changes_the_prompt_behind_an_answer_is_refused(tokenizer: Any) -> None:
    tokenizer.chat_template = (
        "{{ messages | length }} {{ messages[0]['content'] }}{% if add_generation_prompt %}:{% endif %}"
    )
    with pytest.raises(AlignError, match="changes the prompt"):
        Encoder(tokenizer, is_chat=True).encode(PROMPT, "rose")


def test_a_begin_token_stands_once_before_a_prompt_and_never_before_an_answer(tokenizer: Any) -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer.add_special_tokens({"bos_token": "<begin>"})
    begin = tokenizer.bos_token_id
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="<begin> $A", special_tokens=[("<begin>", begin)]
    )
    encoded = Encoder(tokenizer, is_chat=False).encode(PROMPT, "rose")
    assert encoded.ids.count(begin) == 1
    assert encoded.ids[0] == begin
    chat = Encoder(tokenizer, is_chat=True)
    tokenizer.chat_template = "<begin>" + tokenizer.chat_template
    assert chat.encode(PROMPT, "rose").ids.count(begin) == 1


@pytest.mark.parametrize("template", ["HELLO", "{{ raise_exception('no system') }}", "{% if %}"])
def test_a_template_that_is_of_no_use_is_told_as_what_it_is(tokenizer: Any, template: str) -> None:
    tokenizer.chat_template = template
    with pytest.raises(AlignError, match=r"chat template (leaves out|fails)[^!]*--no-apply-chat-template"):
        Encoder(tokenizer, is_chat=True).encode(PROMPT, "rose")
