"""The whole contract between align-tasks and its plugins: implement any of these hooks in a module of yours.

Each hook gets a function `register` and calls it for everything that the plugin brings.
"""

from __future__ import annotations

from collections.abc import Callable

from pluggy import HookspecMarker

from align_tasks.commands.command import Command
from align_tasks.cultures import Culture
from align_tasks.languages import Language
from align_tasks.readers.reader import Reader
from align_tasks.rewards import Reward
from align_tasks.scores.metric import Metric
from align_tasks.survey.survey import Survey
from align_tasks.tasks.offers import TaskOffer
from align_tasks.trainers import Trainer

hookspec = HookspecMarker("align_tasks")


@hookspec
def register_languages(register: Callable[[Language], None]) -> None:
    """Register languages: the prompts in each, and survey items translated into it."""


@hookspec
def register_cultures(register: Callable[[Culture], None]) -> None:
    """Register cultures, each of which gets every task that it has the data for."""


@hookspec
def register_surveys(register: Callable[[Survey], None]) -> None:
    """Register surveys: items, their texts, and what people answered."""


@hookspec
def register_readers(register: Callable[[Reader], None]) -> None:
    """Register readers of downloaded files, for `align data import`."""


@hookspec
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Register metrics, which every task of their kind reports."""


@hookspec
def register_tasks(register: Callable[[TaskOffer], None]) -> None:
    """Register tasks: a folder of lm-eval task files, a task for each culture, or a tension set of two."""


@hookspec
def register_rewards(register: Callable[[Reward], None]) -> None:
    """Register rewards, which trainers of rankings learn by."""


@hookspec
def register_trainers(register: Callable[[Trainer], None]) -> None:
    """Register trainers, for `align train`."""


@hookspec
def register_commands(register: Callable[[Command], None]) -> None:
    """Register commands of `align`."""
