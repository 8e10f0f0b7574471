"""docs/prompts.md: each task's prompt for one item, for base and for chat models."""

from __future__ import annotations

from collections.abc import Iterable

from align_tasks.evaluation import task_manager
from align_tasks.prompts import base_text, chat_messages
from align_tasks.tasks.dataset import prompts_of
from pages.common import NOTE, fenced

KINDS = ("swow_{}", "swow_{}_rank", "swow_{}_dist", "wvs_{}", "wvs_tension_{}")
TASKS = [kind.format(culture) for kind in KINDS for culture in ("us", "zh")]

INTRODUCTION = """
What each task asks, shown for the first item of its test split; association tasks are shown on the demo
norms. A base model continues the text; a chat model gets the message and answers with a turn of its own.
With worked examples (`--num_fewshot`) the examples stand between the instruction and the question, in the
same form, each followed by people's answer.
"""


def page() -> str:
    """The page."""
    loaded = task_manager({"norms": "demo"}).load(TASKS)["tasks"]
    parts = [NOTE, "# Prompts\n", INTRODUCTION.strip(), ""]
    for name in TASKS:
        doc = loaded[name].test_docs()[0]
        parts.append(f"## {name}\n")
        for title, prompt in zip(("", " (options reversed)"), prompts_of(doc), strict=False):
            parts += [f"Base model{title}:\n", fenced(base_text(prompt)), f"Chat model{title}:\n"]
            parts.append(fenced(_as_conversation(chat_messages(prompt))))
        if "choices" in doc:
            parts.append(f"Scored continuations: {', '.join(f'`{choice}`' for choice in doc['choices'])}\n")
    return "\n".join(parts)


def _as_conversation(messages: Iterable[dict[str, str]]) -> str:
    return "\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)
