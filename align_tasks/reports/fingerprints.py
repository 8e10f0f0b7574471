"""Which human data figures and trainings rest on, as results files and records tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.reports.evaluated import Content, items, metadata, part
from align_tasks.reports.experiment import ReadExperiment

DEMO = "demo"
_TASK = (
    *("norms", "norms_sha256", "position", "survey", "answers", "country", "countries"),
    *("tension", "tension_size", "ratings", "licence", "data_fingerprint", "prompt_fingerprint"),
)


@dataclass(frozen=True)
class TaskData:
    """The human data of one task.

    Attributes:
        task: its name.
        told: what the results say of its data, by what they call it.
        is_demo: whether these are the demo norms.
    """

    task: str
    told: Mapping[str, str]
    is_demo: bool


@dataclass(frozen=True)
class TrainingData:
    """What runs learned from.

    Attributes:
        runs: names of the trainings.
        told: what the record says of it, by what it calls it.
        is_demo: whether these are the demo norms.
    """

    runs: Sequence[str]
    told: Mapping[str, str]
    is_demo: bool


def task_data(read: ReadExperiment) -> list[TaskData]:
    """The data of every task that was evaluated, each once."""
    found = (one for content in read.contents for one in _of_content(content))
    return sorted({repr(one): one for one in found}.values(), key=lambda one: (one.is_demo, one.task))


def training_data(read: ReadExperiment) -> list[TrainingData]:
    """The data of every finished training; runs that learned from the same stand together."""
    names: dict[str, list[str]] = {}
    told: dict[str, Mapping[str, Any]] = {}
    for one in read.trained:
        if one.record is not None:
            data = {"culture": one.record.culture, **one.record.data}
            names.setdefault(repr(data), []).append(one.name)
            told[repr(data)] = data
    return [TrainingData(names[key], _told(data), _is_demo(data)) for key, data in told.items()]


def uses_demo(read: ReadExperiment) -> bool:
    """Whether anything rests on the demo norms, which were written by hand."""
    has_demo_task = any(_is_demo(told) for content in read.contents for _, told in metadata(content))
    return has_demo_task or any(one.record.is_demo for one in read.trained if one.record)


def _of_content(content: Content) -> Iterator[TaskData]:
    for task, told in metadata(content):
        split = part(content, "configs", task).get("test_split")
        further = {"split": split, "items asked": _items(*items(content, task))}
        found = {name: told[name] for name in _TASK if told.get(name)} | further
        yield TaskData(
            task, {_spaced(name): _words(one) for name, one in found.items() if one}, _is_demo(told)
        )


def _is_demo(told: Mapping[str, Any]) -> bool:
    return bool(told.get("norms") == DEMO)


def _items(asked: int | None, there: int | None) -> str:
    if asked is None:
        return "not recorded"
    return f"{asked:,} of {there:,}" if there is not None else f"{asked:,}"


def _told(data: Mapping[str, Any]) -> dict[str, str]:
    """What is said of data, in words; what is not known is left out."""
    return {_spaced(name): _words(value) for name, value in data.items() if value not in (None, "")}


def _spaced(name: str) -> str:
    """What records call something, as people do."""
    return name.replace("_", " ").replace("sha256", "SHA-256")


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
