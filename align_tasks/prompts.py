"""What models are asked, in each language: the one source for evaluating and for training.

A `Prompt` has three parts. A base model reads ``instruction``, then worked examples, then
``question`` and ``lead`` and continues the text. A chat model gets ``instruction`` and
``question`` as the user's message and answers in a message of its own, without the lead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from string import ascii_uppercase

from align_tasks.errors import AlignError

Message = dict[str, str]


@dataclass(frozen=True)
class Prompt:
    """One question to a model.

    Attributes:
        instruction: what to do, the same for every question of a task.
        question: this cue, list or survey item.
        lead: the words after which a base model's answer begins.
        space: what stands between the lead and the answer: a blank, or nothing in Chinese.
    """

    instruction: str
    question: str
    lead: str
    space: str


@dataclass(frozen=True)
class Wording:
    """The texts of one language.

    Attributes:
        space: what stands between a lead and the answer: a blank, or nothing in Chinese.
        separator: what stands between the words of a list; where it stands in an answer, it separates too.
        association_instruction: asks for words; ``{count}`` stands for how many are wanted.
        association_question: shows the word, ``{cue}``.
        association_lead: the words after which a base model's answer begins.
        ranking_instruction: asks to order a list by how many people would give each word.
        ranking_question: shows the word, ``{cue}``, and the list, ``{candidates}``.
        ranking_lead: as above.
        survey_instruction: asks to choose an option and to answer with its letter.
        survey_lead: as above.
    """

    space: str
    separator: str
    association_instruction: str
    association_question: str
    association_lead: str
    ranking_instruction: str
    ranking_question: str
    ranking_lead: str
    survey_instruction: str
    survey_lead: str


ENGLISH = Wording(
    space=" ",
    separator=", ",
    association_instruction=(
        "Which words come to mind when you read a given word? Write down up to {count} words that it makes "
        "you think of, the strongest association first. Give single words or short phrases only, "
        "separated by commas, with no explanation."
    ),
    association_question="Word: {cue}",
    association_lead="Associations:",
    ranking_instruction=(
        "People were asked which words a given word makes them think of. Put the words of the list in order, "
        "from the one that most people would give to the one that fewest would give. Use every word of the "
        "list exactly once and write only the ordered words, separated by commas."
    ),
    ranking_question="Word: {cue}\nList: {candidates}",
    ranking_lead="Order:",
    survey_instruction=(
        "This is an interview about how people see life and society. Choose the option that comes closest to "
        "your own view and answer with its letter only."
    ),
    survey_lead="Answer:",
)

CHINESE = Wording(
    space="",
    separator="、",
    association_instruction=(
        "看到一个词，您会联想到哪些词？请写出最多{count}个由它联想到的词，联想最强的写在最前面。"
        "只写词或短语，用顿号隔开，不要解释。"
    ),
    association_question="词语：{cue}",
    association_lead="联想：",
    ranking_instruction=(
        "我们请许多人写下看到某个词时联想到的词。请把列表中的词排序，从最多人会想到的排到最少人会想到的。"
        "列表中的每个词都要用到且只用一次，只写排好序的词，用顿号隔开。"
    ),
    ranking_question="词语：{cue}\n列表：{candidates}",
    ranking_lead="排序：",
    survey_instruction="这是一次关于人们对生活和社会看法的访谈。请选出最接近您本人看法的选项，只回答选项的字母。",
    survey_lead="答案：",
)


def read_wording(file: Path) -> Wording:
    """Texts of a language from a JSON file that has every field of `Wording` and no other.

    Raises:
        AlignError: it cannot be read, a field is missing, unknown or no text, or a text does not hold exactly
            its ``{placeholders}``.
    """
    try:
        texts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AlignError(f"cannot read the prompts in {file}: {error}") from error
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise AlignError(f"{file.name}: it must be an object of texts")
    wanted = {field.name for field in fields(Wording)}
    odd = sorted(wanted ^ set(texts))
    if odd:
        raise AlignError(f"{file.name}: missing or unknown fields: {', '.join(odd)}")
    for field, placeholders in _PLACEHOLDERS.items():
        if set(re.findall("{[^{}]*}|[{}]", texts[field])) != set(placeholders):
            raise AlignError(
                f"{file.name}: {field} must hold {' and '.join(placeholders)}, and no other braces"
            )
    return Wording(**texts)


_PLACEHOLDERS = {
    "association_instruction": ("{count}",),
    "association_question": ("{cue}",),
    "ranking_question": ("{cue}", "{candidates}"),
}


def wording(language: str) -> Wording:
    """Texts of a language.

    Raises:
        AlignError: there are no prompts in it.
    """
    from align_tasks.languages import get_language

    return get_language(language).wording


def association_prompt(cue: str, language: str, *, count: int = 40) -> Prompt:
    """Ask for up to `count` associations to `cue`, the strongest first."""
    text = wording(language)
    return Prompt(
        instruction=text.association_instruction.format(count=count),
        question=text.association_question.format(cue=cue),
        lead=text.association_lead,
        space=text.space,
    )


def ranking_prompt(cue: str, candidates: Sequence[str], language: str) -> Prompt:
    """Ask to order `candidates` by how many people would give them to `cue`."""
    text = wording(language)
    return Prompt(
        instruction=text.ranking_instruction,
        question=text.ranking_question.format(cue=cue, candidates=text.separator.join(candidates)),
        lead=text.ranking_lead,
        space=text.space,
    )


def survey_prompt(question: str, options: Sequence[str], language: str) -> Prompt:
    """Ask one survey item, its options under the letters A, B, C … in the order given.

    Letters, since none is the beginning of another: of the labels 1 to 10, "1" begins "10", and a
    model that is read after one token cannot tell them apart.
    """
    text = wording(language)
    lines = [f"{label}. {option}" for label, option in zip(option_labels(len(options)), options, strict=True)]
    return Prompt(
        instruction=text.survey_instruction,
        question="\n".join([question, *lines]),
        lead=text.survey_lead,
        space=text.space,
    )


def option_labels(count: int) -> list[str]:
    """The first `count` letters, one for each option.

    Raises:
        ValueError: there are more options than letters.
    """
    if not 1 <= count <= len(ascii_uppercase):
        raise ValueError(f"an item has between 1 and {len(ascii_uppercase)} options, not {count}")
    return list(ascii_uppercase[:count])


def join_words(words: Sequence[str], language: str) -> str:
    """Words as an answer lists them."""
    return wording(language).separator.join(words)


def base_text(prompt: Prompt, examples: Sequence[tuple[Prompt, str]] = ()) -> str:
    """The text that a base model continues: instruction, worked examples, question, lead."""
    return "\n\n".join([prompt.instruction, *(_shown(*example) for example in examples), _asked(prompt)])


def chat_messages(
    prompt: Prompt, examples: Sequence[tuple[Prompt, str]] = (), *, multiturn: bool = False
) -> list[Message]:
    """The messages that a chat model answers.

    Args:
        examples: worked examples, each with its answer.
        multiturn: each example is a turn of its own; otherwise all stand in the one user message.
    """
    if not multiturn:
        parts = [prompt.instruction, *(_shown(*example) for example in examples), prompt.question]
        return [{"role": "user", "content": "\n\n".join(parts)}]
    turns: list[Message] = []
    for example, answer in examples:
        turns += [{"role": "user", "content": example.question}, {"role": "assistant", "content": answer}]
    turns.append({"role": "user", "content": prompt.question})
    turns[0]["content"] = f"{prompt.instruction}\n\n{turns[0]['content']}"
    return turns


def _asked(prompt: Prompt) -> str:
    return f"{prompt.question}\n{prompt.lead}"


def _shown(prompt: Prompt, answer: str) -> str:
    return f"{_asked(prompt)}{prompt.space}{answer}"
