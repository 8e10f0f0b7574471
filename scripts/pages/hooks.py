"""docs/hooks.md: every hook, and the fields of what it registers."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from align_tasks import hookspecs
from align_tasks.plugins.registry import KINDS
from align_tasks.prompts import Wording
from align_tasks.readers.reader import ImportRequest
from align_tasks.readers.report import Report
from align_tasks.readers.source import Source
from align_tasks.recipes import Recipe
from align_tasks.scores.ranking import Ranking
from align_tasks.survey.files import FileSurvey
from align_tasks.survey.survey import Answers, Item, Question
from align_tasks.trainers import TrainingJob, TrainingResult
from pages.common import NOTE

INTRODUCTION = """
A plugin is a module of an installed package, named by an entry point of the group `align_tasks`. It
implements any of these hooks; each gets a function `register` and calls it for everything that the plugin
brings. Names to import: `from align_tasks.plugins import hookimpl, Culture, ...`. [plugins.md](plugins.md)
explains, and [tutorial.md](tutorial.md) builds one step by step.

Pass fields by name. Wherever a field is a *function* (but for `Command.run`), its name
`"package.module:function"` does as well, and is imported only when it is needed: starting `align` then
imports nothing heavy.
"""

FURTHER = (
    Wording,
    FileSurvey,
    Item,
    Question,
    Answers,
    ImportRequest,
    Report,
    Source,
    Ranking,
    Recipe,
    TrainingJob,
    TrainingResult,
)


def page() -> str:
    """The page."""
    parts = [NOTE, "# Hooks\n", INTRODUCTION.strip(), ""]
    for kind, registered in KINDS.items():
        hook = getattr(hookspecs, f"register_{kind}")
        names = " | ".join(f"[`{one.__name__}`](#{one.__name__.lower()})" for one in registered.types)
        parts += [f"## register_{kind}(register)\n", f"{inspect.getdoc(hook)}\n", f"Registers: {names}\n"]
        for one in registered.types:
            parts += _described(one)
    parts.append("## Further objects\n")
    for one in FURTHER:
        parts += _described(one)
    return "\n".join(parts)


def _described(one: type) -> list[str]:
    text = inspect.getdoc(one) or ""
    summary = re.split(r"\n\n|\n *Attributes:", text)[0]
    lines = [f"### {one.__name__}\n", f"{_as_markdown(summary)}\n"]
    attributes = _attributes(text)
    if is_dataclass(one):
        lines += ["| field | default | |", "|---|---|---|"]
        lines += [
            f"| `{field.name}` | {_default(field)} | {attributes.get(field.name, '')} |"
            for field in fields(one)
        ]
    elif rows := [f"| `{name}` | {text} |" for name, text in attributes.items()] + _methods(one):
        lines += ["| to implement | |", "|---|---|", *rows]
    return [*lines, ""]


def _methods(one: type) -> list[str]:
    """A row for each method of ours."""
    rows = []
    for name, method in inspect.getmembers(one, inspect.isfunction):
        if not name.startswith("_") and method.__module__.startswith("align_tasks"):
            about = (inspect.getdoc(method) or "").split("\n\n")[0]
            rows.append(f"| `{name}{_signature(method)}` | {_as_markdown(about)} |")
    return rows


def _attributes(text: str) -> dict[str, str]:
    """Field to its description, out of a docstring's section "Attributes"."""
    section = re.search(r"Attributes:\n((?:    .*\n?|\n)+)", text)
    if section is None:
        return {}
    found: dict[str, str] = {}
    for line in section[1].splitlines():
        start = re.match(r"    (\w[\w, ]*): (.*)", line)
        if start:
            names = start[1].split(", ")
            for name in names:
                found[name] = start[2]
        elif line.strip():
            for name in names:
                found[name] += f" {line.strip()}"
    return {name: _as_markdown(about) for name, about in found.items()}


def _as_markdown(text: str) -> str:
    return re.sub(r"``(.+?)``", r"`\1`", " ".join(text.split())).replace("|", "\\|")


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return f"`{field.default!r}`"
    return "required" if field.default_factory is MISSING else f"`{field.default_factory()!r}`"


def _signature(method: Any) -> str:
    names = [name for name in inspect.signature(method).parameters if name != "self"]
    return f"({', '.join(names)})"
