"""What one results file of lm-eval says, of whatever version."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from align_tasks.comparison.entries import Entry, entry_of
from align_tasks.comparison.found_files import Found, Skipped
from align_tasks.errors import AlignError, one_line

NOT_METRICS = ("alias", "name", "sample_len", "sample_count")
STDERR = "_stderr"
PLAIN = "none"  # the filter of tasks without one, as lm-eval calls it
PROMPT_SETTINGS = ("doc_to_text", "doc_to_target", "doc_to_choice", "description", "fewshot_config")
DATA_SETTINGS = ("dataset_path", "dataset_name", "dataset_kwargs", "test_split", "validation_split")
ANSWER_SETTINGS = ("output_type", "generation_kwargs", "repeats", "filter_list")

Figure = tuple[str, str]  # metric and filter


@dataclass(frozen=True)
class Asked:
    """What must be equal before two figures may stand in one column.

    Attributes:
        version: of the task.
        data: fingerprint of the human data.
        prompts: fingerprint of the prompts.
        answers: fingerprint of how answers were asked for, such as temperature and length.
        examples: worked examples before each question.
        chat: whether it was asked in the model's chat format.
        system: fingerprint of the system instruction, or "".
        norms: which norms, as our tasks record it: ``demo`` for those of the demo; "" for other tasks.
    """

    version: str
    data: str
    prompts: str
    answers: str
    examples: int
    chat: bool
    system: str
    norms: str

    @property
    def is_demo(self) -> bool:
        """Whether figures rest on the demo norms, which were written by hand."""
        return self.norms == "demo"


@dataclass(frozen=True)
class Reported:
    """A figure as lm-eval reports it; `stderr` is None where it gives none."""

    value: float
    stderr: float | None


@dataclass(frozen=True)
class TaskResults:
    """The figures of one task, or of one group of tasks.

    Attributes:
        name: of the task or group.
        asked: what was asked, of each task of it.
        figures: by metric and filter.
        better: True where higher is better, False where lower is; metrics that only stand beside others have
            none.
        count: rows that were evaluated; None where the file does not say.
        members: tasks of a group; the task itself.
    """

    name: str
    asked: tuple[Asked, ...]
    figures: Mapping[Figure, Reported]
    better: Mapping[str, bool]
    count: int | None
    members: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """A results file.

    Attributes:
        path: of the file.
        time: of the evaluation, seconds since 1970.
        entry: who was evaluated.
        tasks: by name, groups among them.
        trained: tasks some of whose test cues the entry was trained on, with their number.
    """

    path: Path
    time: float
    entry: Entry
    tasks: Mapping[str, TaskResults]
    trained: Mapping[str, int]


def read_all_results(found: Found) -> tuple[list[Results], list[Skipped]]:
    """Understand every results file; those whose parts have other shapes than lm-eval's are left out.

    Raises:
        AlignError: none can be understood.
    """
    results, skipped = [], []
    for path, content in found.contents.items():
        try:
            results.append(read_results(path, content))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            skipped.append(Skipped(path, f"not as lm-eval writes it: {one_line(error)}"))
    if not results:
        reasons = "".join(f"\n  {one.path}: {one.reason}" for one in skipped[:10])
        raise AlignError(f"no results can be understood{reasons}")
    return results, skipped


def read_results(path: Path, content: Mapping[str, Any]) -> Results:
    """Understand a results file; what is missing in it is left out.

    Args:
        path: of the file.
        content: of it, as `find_results` gives it.
    """
    date = content.get("date")
    time = float(date) if _is_number(date) else path.stat().st_mtime
    tasks = {name: _task(name, content) for name in content["results"] if name not in _members(content)}
    for group, members in _members(content).items():
        figures = (content.get("groups") or {}).get(group)
        known = [tasks[member] for member in members if member in tasks]
        if figures and len(known) == len(members):
            tasks[group] = _group(group, figures, known, content)
    configs = content.get("configs") or {}
    trained = {name: _metadata(configs, name).get("trained_test_cues") or 0 for name in configs}
    return Results(
        path,
        time,
        entry_of(content, time),
        {name: task for name, task in tasks.items() if task.figures},
        {name: int(number) for name, number in trained.items() if number},
    )


def _members(content: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The tasks of each group, those of groups within it included."""
    direct = {name: tasks for name, tasks in (content.get("group_subtasks") or {}).items() if tasks}

    def tasks_of(name: str, above: Sequence[str] = ()) -> Iterator[str]:
        for one in direct.get(name, ()) if name not in above else ():
            yield from tasks_of(one, (*above, name)) if one in direct else (one,)

    return {name: tuple(dict.fromkeys(tasks_of(name))) for name in direct}


def _task(name: str, content: Mapping[str, Any]) -> TaskResults:
    figures = dict(_figures(content["results"][name]))
    return TaskResults(
        name, (_asked(name, content),), figures, _better(name, content), _count(name, content), (name,)
    )


def _group(
    name: str, figures: Mapping[str, Any], members: Sequence[TaskResults], content: Mapping[str, Any]
) -> TaskResults:
    asked = tuple(one for member in members for one in member.asked)
    better = {metric: is_high for member in members for metric, is_high in member.better.items()}
    counts = [member.count for member in members]
    count = None if None in counts else sum(filter(None, counts))
    names = tuple(member.name for member in members)
    return TaskResults(name, asked, dict(_figures(figures)), better | _better(name, content), count, names)


def _figures(told: Any) -> Iterator[tuple[Figure, Reported]]:
    """Metrics of a task: ``metric,filter`` in newer versions, ``metric`` alone in older ones."""
    if not isinstance(told, Mapping):
        return
    for key, value in told.items():
        metric, _, chosen = str(key).partition(",")
        if metric in NOT_METRICS or metric.endswith(STDERR) or not _is_number(value):
            continue
        stderr = told.get(f"{metric}{STDERR},{chosen}" if chosen else f"{metric}{STDERR}")
        known = float(stderr) if _is_number(stderr) and math.isfinite(stderr) else None
        yield (metric, chosen or PLAIN), Reported(float(value), known)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _better(name: str, content: Mapping[str, Any]) -> dict[str, bool]:
    told = (content.get("higher_is_better") or {}).get(name) or {}
    listed = (_config(content, name).get("metric_list")) or ()
    listed = [one for one in listed if isinstance(one, Mapping)]
    found = {str(one.get("metric")): one.get("higher_is_better") for one in listed}
    return {metric: is_high for metric, is_high in (found | told).items() if isinstance(is_high, bool)}


def _count(name: str, content: Mapping[str, Any]) -> int | None:
    told = (content.get("n-samples") or {}).get(name) or {}
    count = told.get("effective")
    return count if isinstance(count, int) else None


def _config(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = (content.get("configs") or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def _metadata(configs: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = (configs.get(name) or {}).get("metadata")
    return found if isinstance(found, Mapping) else {}


def _asked(name: str, content: Mapping[str, Any]) -> Asked:
    config, told = _config(content, name), _metadata(content.get("configs") or {}, name)
    examples = (content.get("n-shot") or {}).get(name, content["config"].get("num_fewshot"))
    return Asked(
        version=str((content.get("versions") or {}).get(name, "")),
        data=str(told.get("data_fingerprint") or _digest(config, DATA_SETTINGS)),
        prompts=str(told.get("prompt_fingerprint") or _digest(config, PROMPT_SETTINGS)),
        answers=_digest(config, ANSWER_SETTINGS),
        examples=examples if isinstance(examples, int) else 0,
        chat=bool(content.get("chat_template") or content["config"].get("chat_template")),
        system=str(content.get("system_instruction_sha") or "")[:12],
        norms=_norms(told),
    )


def _norms(told: Mapping[str, Any]) -> str:
    """The norms of a task; surveys have none, though a choice that was made for all tasks stands there."""
    return "" if "survey" in told else str(told.get("norms") or "")


def _digest(config: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Of some settings of a task, functions among them as lm-eval writes them."""
    kept = json.dumps({key: config.get(key) for key in keys}, sort_keys=True, default=str)
    return hashlib.sha256(kept.encode()).hexdigest()[:12]
