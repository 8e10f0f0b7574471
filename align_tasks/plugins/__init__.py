"""Everything that a plugin needs: the marker `hookimpl` for its hooks, and the objects that they register.

`align_tasks.hookspecs` lists the hooks. A plugin is a module of an installed package,
named by an entry point::

    [project.entry-points.align_tasks]
    japan = "align_japan"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pluggy import HookimplMarker

from align_tasks.commands.command import Command
from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.prompts import Wording, read_wording
from align_tasks.readers.reader import ImportRequest, Reader
from align_tasks.readers.report import Report
from align_tasks.readers.source import Source
from align_tasks.rewards import Reward
from align_tasks.scores.metric import Metric
from align_tasks.survey.files import FileSurvey
from align_tasks.survey.survey import Answers, Item, Question, Survey
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet
from align_tasks.trainers import Trainer, TrainingJob, TrainingResult

if TYPE_CHECKING:
    from align_tasks.recipes import Recipe

hookimpl = HookimplMarker("align_tasks")

__all__ = [
    "AlignError",
    "Answers",
    "Command",
    "Culture",
    "CultureTask",
    "FileSurvey",
    "ImportRequest",
    "Item",
    "Language",
    "Metric",
    "Question",
    "Reader",
    "Recipe",
    "Report",
    "Reward",
    "Source",
    "Survey",
    "TaskFolder",
    "TaskOffer",
    "TensionSet",
    "Trainer",
    "TrainingJob",
    "TrainingResult",
    "Wording",
    "hookimpl",
    "read_wording",
]


def __getattr__(name: str) -> Any:
    """`Recipe`, which imports pydantic, once it is asked for: starting `align` does not."""
    if name == "Recipe":
        from align_tasks.recipes import Recipe

        return Recipe
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
