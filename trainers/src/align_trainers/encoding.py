"""From texts to token ids: a prompt as the evaluation sends it, and the answer that is to follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from align_tasks.errors import AlignError, one_line
from align_tasks.prompts import Message, Prompt, base_text, chat_messages

BASE = "Train on the base format: --no-apply-chat-template"


@dataclass(frozen=True)
class Encoded:
    """Token ids of one example.

    Attributes:
        ids: prompt and answer; the model learns the tokens from `start` on.
        start: number of tokens of the prompt.
        ends: for each token of the answer, where in the answer it ends, in characters.
    """

    ids: list[int]
    start: int
    ends: list[int]


class Encoder:
    """Encodes examples in the base or the chat format, as lm-eval encodes the evaluation's prompts.

    Args:
        tokenizer: of the model.
        is_chat: use the tokenizer's chat template.

    Raises:
        AlignError: the chat format is asked for and the tokenizer has no chat template, or there is no token
            that ends an answer.
    """

    def __init__(self, tokenizer: Any, *, is_chat: bool) -> None:
        if is_chat and not getattr(tokenizer, "chat_template", None):
            raise AlignError(
                "the tokenizer has no chat template, so there is no chat format to train on",
                hint=BASE,
            )
        if tokenizer.eos_token_id is None:
            raise AlignError("the tokenizer names no end-of-text token, so the model could not learn to stop")
        self.tokenizer = tokenizer
        self.is_chat = is_chat
        self._latest: tuple[str | None, list[int]] = (None, [])

    def prompt_text(self, prompt: Prompt) -> str:
        """The text of a prompt, as the evaluation sends it to the model."""
        return self._asked(chat_messages(prompt)) if self.is_chat else base_text(prompt)

    def prompt_ids(self, text: str) -> list[int]:
        """Token ids of a prompt's text; the latest are kept, since examples of a cue share theirs."""
        if text != self._latest[0]:
            self._latest = text, self._whole(text)["input_ids"]
        return self._latest[1]

    def continued_ids(self, before: str, text: str) -> list[int]:
        """Token ids of a text behind another."""
        return self._continued(before, self.prompt_ids(before), text)[0]

    def encode(self, prompt: Prompt, answer: str) -> Encoded:
        """Prompt and answer of a task's row."""
        if self.is_chat:
            return self.encode_messages([*chat_messages(prompt), {"role": "assistant", "content": answer}])
        return self.encode_text(base_text(prompt), f"{prompt.space}{answer}", lead=len(prompt.space))

    def encode_messages(self, messages: list[Message]) -> Encoded:
        """A chat, of which the last message is the answer.

        Raises:
            AlignError: the chat template writes the messages before an answer otherwise once the answer is
                there, so that training and evaluation would not show the same prompt.
        """
        asked = self._asked(messages[:-1])
        whole = self._rendered(messages)
        if not whole.startswith(asked):
            raise AlignError(
                "the model's chat template changes the prompt once the answer stands behind it", hint=BASE
            )
        answer = messages[-1]["content"]
        rest = whole[len(asked) :]
        lead = max(rest.find(answer), 0)
        end = self.tokenizer.eos_token
        return self.encode_text(asked, rest[: rest.rfind(end)] if end in rest else rest.rstrip(), lead=lead)

    def encode_text(self, prompt: str, answer: str, *, lead: int = 0) -> Encoded:
        """A prompt and an answer, which the end-of-text token ends.

        Args:
            prompt: may be empty.
            lead: number of characters of `answer` that stand before its first word.
        """
        before = self.prompt_ids(prompt)
        ids, ends = self._continued(prompt, before, answer)
        last = len(answer)
        return Encoded(
            [*before, *ids, self.tokenizer.eos_token_id], len(before), [end - lead for end in (*ends, last)]
        )

    def _asked(self, messages: list[Message]) -> str:
        text = self._rendered(messages, add_generation_prompt=True)
        if messages[-1]["content"].strip() not in text:
            raise AlignError("the model's chat template leaves out what the user says", hint=BASE)
        return text

    def _rendered(self, messages: list[Message], **options: Any) -> str:
        try:
            text: str = self.tokenizer.apply_chat_template(messages, tokenize=False, **options)
        except TemplateError as error:
            raise AlignError(f"the model's chat template fails: {one_line(error)}", hint=BASE) from error
        return text

    def _whole(self, text: str) -> Any:
        """Encoding of a text; one that begins with the begin-of-text token gets no second one."""
        begin = self.tokenizer.bos_token
        has_begin = begin is not None and text.startswith(begin)
        return self.tokenizer(
            text, add_special_tokens=not has_begin, return_offsets_mapping=self.tokenizer.is_fast
        )

    def _continued(self, prompt: str, before: list[int], answer: str) -> tuple[list[int], list[int]]:
        """Ids of the answer behind the ids of the prompt, and where in the answer each token ends.

        Some tokenizers put a blank before what they take for the beginning of a text, so the answer is cut
        from the ids of the whole where these begin with those of the prompt, as they do in most.
        """
        whole = self._whole(prompt + answer)
        if whole["input_ids"][: len(before)] == before:
            return whole["input_ids"][len(before) :], self._ends(whole, len(prompt))[len(before) :]
        alone = self.tokenizer(
            answer, add_special_tokens=False, return_offsets_mapping=self.tokenizer.is_fast
        )
        return alone["input_ids"], self._ends(alone, 0)

    def _ends(self, encoding: Any, origin: int) -> list[int]:
        if not self.tokenizer.is_fast:
            return [0] * len(encoding["input_ids"])
        return [end - origin for _, end in encoding["offset_mapping"]]
