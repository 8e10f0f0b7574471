"""GlobalOpinionQA for align-tasks: a reader of its file, a survey, tasks and metrics.

Durmus et al. 2023, Towards Measuring the Representation of Subjective Global Opinions in Language Models,
arXiv 2306.16388.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from align_opinions.survey import GOQA
from align_tasks.plugins import CultureTask, Metric, Reader, Survey, TaskFolder, TaskOffer, hookimpl

TASKS = Path(__file__).parent / "tasks"


@hookimpl
def register_readers(register: Callable[[Reader], None]) -> None:
    """`align data import opinions`."""
    register(READER)


@hookimpl
def register_surveys(register: Callable[[Survey], None]) -> None:
    """`goqa`, as it was imported."""
    register(GOQA)


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Those of the task `opinions`."""
    for metric in METRICS:
        register(metric)


@hookimpl
def register_tasks(register: Callable[[TaskOffer], None]) -> None:
    """`opinions`, and `opinions_{culture}` for every culture."""
    register(TaskFolder(TASKS))
    register(CultureTask("opinions_{culture}", TASKS / "_opinions"))


READER = Reader(
    name="opinions",
    source="opinions",
    kind="items",
    describes="GlobalOpinionQA: question, selections, options, source",
    recognises="align_opinions.reader:recognises",
    read="align_opinions.reader:read",
    licence="CC BY-NC-SA 4.0 (Durmus et al. 2023, arXiv 2306.16388)",
    table="goqa.all",
)

METRICS = (
    Metric("opinions", "similarity_{culture}", "align_opinions.scores:similarity", better="higher"),
    Metric("opinions", "similarity_{culture}_uniform", "align_opinions.scores:similarity_uniform"),
    Metric("opinions", "percentile_{culture}", "align_opinions.scores:percentile", better="higher"),
    Metric("opinions", "percentile_{culture}_uniform", "align_opinions.scores:percentile_uniform"),
)
