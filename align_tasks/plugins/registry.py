"""What all plugins together have registered, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from align_tasks.commands.command import Command
from align_tasks.cultures import Culture
from align_tasks.languages import Language
from align_tasks.readers.reader import Reader
from align_tasks.rewards import Reward
from align_tasks.scores.metric import Metric
from align_tasks.survey.survey import Survey
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet
from align_tasks.trainers import Trainer


@dataclass
class Registry:
    """Registered objects by name; `metrics` by kind and name."""

    languages: dict[str, Language] = field(default_factory=dict)
    cultures: dict[str, Culture] = field(default_factory=dict)
    surveys: dict[str, Survey] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    tasks: list[TaskOffer] = field(default_factory=list)
    rewards: dict[str, Reward] = field(default_factory=dict)
    trainers: dict[str, Trainer] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)

    def add(self, added: Mapping[str, Iterable[Any]]) -> None:
        """Take in what one plugin registered, by kind; its names must be free."""
        for kind, objects in added.items():
            for one in objects:
                if kind == "tasks":
                    self.tasks.append(one)
                else:
                    getattr(self, kind)[KINDS[kind].name(one)] = one


@dataclass(frozen=True)
class Kind:
    """What one hook registers: objects of these types, under a name that no two plugins may claim."""

    types: tuple[type, ...]
    name: Callable[[Any], str]


def _metric_name(metric: Metric) -> str:
    return f"{metric.kind}: {metric.name}"


def _task_name(offer: TaskOffer) -> str:
    if isinstance(offer, TaskFolder):
        return ", ".join(offer.task_names())
    return offer.name if isinstance(offer, CultureTask) else offer.group


KINDS: dict[str, Kind] = {
    "languages": Kind((Language,), lambda language: language.code),
    "cultures": Kind((Culture,), lambda culture: culture.name),
    "surveys": Kind((Survey,), lambda survey: survey.name),
    "readers": Kind((Reader,), lambda reader: reader.name),
    "metrics": Kind((Metric,), _metric_name),
    "tasks": Kind((TaskFolder, CultureTask, TensionSet), _task_name),
    "rewards": Kind((Reward,), lambda reward: reward.name),
    "trainers": Kind((Trainer,), lambda trainer: trainer.name),
    "commands": Kind((Command,), lambda command: command.name),
}
"""By the name of the hook, without ``register_``."""


def task_names(offer: TaskOffer, cultures: Iterable[Culture]) -> list[str]:
    """Names of the tasks and groups that an offer may give lm-eval."""
    if isinstance(offer, TaskFolder):
        return offer.task_names()
    if isinstance(offer, CultureTask):
        return [offer.task_name(culture) for culture in cultures]
    return [offer.group, *map(offer.task_name, offer.cultures)]
