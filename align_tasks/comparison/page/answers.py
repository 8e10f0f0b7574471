"""What models answered, item by item, from samples files: rows of our tasks' shapes; others are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from align_tasks.comparison.page.runs import Run, TaskRuns
from align_tasks.comparison.samples import BadSamples, item_of, read_rows
from align_tasks.errors import AlignError

Doc = Mapping[str, Any]
KINDS = ("tension", "survey", "association", "ranking", "likelihood")
FOREIGN = 20  # rows that cannot be read, after which a file is of another task
_DAMAGE = (AlignError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass
class Answers:
    """The answers to one task.

    Attributes:
        asked: the task.
        kind: of its rows, one of `KINDS`.
        docs: what was asked, by item, in the order of the task.
        given: by run and item, what the reader of the kind made of the answer.
    """

    asked: TaskRuns
    kind: str
    docs: dict[str, Doc] = field(default_factory=dict)
    given: dict[Run, dict[str, Any]] = field(default_factory=dict)


Read = Callable[[dict[str, Any], list[Any]], Any]


def read_all(
    asked: list[TaskRuns], readers: Mapping[str, tuple[Callable[[Doc], Doc], Read]], notes: list[str]
) -> list[Answers]:
    """The answers to every task of a known kind.

    Args:
        asked: the tasks.
        readers: by kind, what is kept of a row's `doc`, and what makes an answer of `doc` and results.
        notes: takes what was left out, in plain words.
    """
    found = []
    for task in asked:
        answers = _read_task(task, readers, notes)
        if answers is None:
            notes.append(f"{task.task}: its answers cannot be shown one by one")
        elif answers.docs:
            found.append(answers)
    return found


def kind_of(doc: Any) -> str | None:
    """The kind of a row by what it holds; None for rows of other tasks."""
    if not isinstance(doc, Mapping):
        return None
    if "item" in doc and "shares" in doc and "options" in doc:
        return "tension" if "cultures" in doc else "survey"
    if "cue" not in doc or "counts" not in doc:
        return None
    if "candidates" in doc:
        return "ranking"
    if "responses" not in doc:
        return None
    return "likelihood" if doc.get("choices") else "association"


def _read_task(
    task: TaskRuns, readers: Mapping[str, tuple[Callable[[Doc], Doc], Read]], notes: list[str]
) -> Answers | None:
    answers: Answers | None = None
    for run in task.runs:
        damaged = 0
        given: dict[str, Any] = {}
        for row in _rows(run, task.task, notes):
            if answers is None and damaged > FOREIGN:
                return None
            kind = kind_of(row["doc"])
            try:
                if kind is None or (answers is not None and kind != answers.kind):
                    raise ValueError("a row of another task")
                into = answers or Answers(task, kind)
                _read_row(row, into, given, *readers[kind])
                answers = into
            except _DAMAGE:
                damaged += 1
        if answers is not None:
            answers.given[run] = given
            if damaged:
                notes.append(
                    f"{run.label}: {damaged} answers to {task.task} cannot be read and are not shown"
                )
    return answers


def _read_row(
    row: dict[str, Any], answers: Answers, given: dict[str, Any], keep: Callable[[Doc], Doc], read: Read
) -> None:
    """Add a row to a run's answers; of several about one item the first counts.

    Raises:
        ValueError: and other errors: it is damaged, or not what others were asked about the item.
    """
    item = item_of(row)
    if item in given:
        return
    with np.errstate(all="ignore"):
        answer = read(row["doc"], _results(row))
    doc = keep(row["doc"])
    if answers.docs.setdefault(item, doc) != doc:
        raise ValueError("another model was asked something else")
    given[item] = answer


def _rows(run: Run, task: str, notes: list[str]) -> Iterator[dict[str, Any]]:
    try:
        yield from read_rows(run.file)
    except BadSamples as problem:
        notes.append(f"{run.label}: not all answers to {task} are shown: {problem}")


def _results(row: dict[str, Any]) -> list[Any]:
    """A row's results; lm-eval writes log-likelihoods as text."""
    results = row["filtered_resps"]
    if results and isinstance(results[0], (list, tuple)):
        return [(float(one[0]), False) for one in results]
    return list(results)
