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
from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.prompts import Wording, read_wording
from align_tasks.readers.reader import ImportRequest, Reader
from align_tasks.readers.report import Report
from align_tasks.readers.source import Source
from align_tasks.scores.metric import Metric
from align_tasks.survey.files import FileSurvey
from align_tasks.survey.survey import Answers, Item, Question, Survey
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet
from align_tasks.trainers import Trainer, TrainingJob

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
    "Report",
    "Source",
    "Survey",
    "TaskFolder",
    "TaskOffer",
    "TensionSet",
    "Trainer",
    "TrainingJob",
    "Wording",
    "hookimpl",
    "read_wording",
]
