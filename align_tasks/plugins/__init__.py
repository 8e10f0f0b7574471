"""Everything that a plugin needs: the marker `hookimpl` for its hooks, and the objects that they register.

`align_tasks.hookspecs` lists the hooks. A plugin is a module of an installed package,
named by an entry point::

    [project.entry-points.align_tasks]
    japan = "align_japan"
"""

from __future__ import annotations

from pluggy import HookimplMarker

from align_tasks.commands.command import Command
from align_tasks.cultures import Culture
from align_tasks.languages import Language
from align_tasks.prompts import Wording, read_wording
from align_tasks.readers.reader import Reader
from align_tasks.scores.metric import Metric
from align_tasks.survey.survey import Answers, Item, Question, Survey
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet
from align_tasks.trainers import Trainer

hookimpl = HookimplMarker("align_tasks")

__all__ = [
    "Answers",
    "Command",
    "Culture",
    "CultureTask",
    "Item",
    "Language",
    "Metric",
    "Question",
    "Reader",
    "Survey",
    "TaskFolder",
    "TaskOffer",
    "TensionSet",
    "Trainer",
    "Wording",
    "hookimpl",
    "read_wording",
]
