"""What differs from the paper: this experiment beside the recipes of the paper that come with the package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.experiments.places import read_placed_yaml
from align_tasks.experiments.reading import experiment_of
from align_tasks.experiments.recipe import Experiment
from align_tasks.experiments.shipped import shipped_recipes
from align_tasks.recipes import read_recipe
from align_tasks.reports.evaluated import items, metadata, part
from align_tasks.reports.experiment import ReadExperiment
from align_tasks.reports.fingerprints import uses_demo
from align_tasks.reports.setup import OWN, models_of
from align_tasks.reports.trained import Trained, by_run
from align_tasks.settings import as_text
from align_tasks.trainers import get_trainer
from align_tasks.yaml_file import read_yaml_file

PAPER = "paper"
RECIPES = ("paper_us", "paper_zh")
NOT_OF_THE_PAPER = (*OWN, "norms")


@dataclass(frozen=True)
class Difference:
    """Something that the paper did otherwise.

    Attributes:
        what: is different.
        paper: as it was there, as far as the recipes of the paper tell.
        here: as it is here.
        is_told: whether the paper's recipe sets it; where not, it has the trainer's default there.
    """

    what: str
    paper: str
    here: str
    is_told: bool = True


@dataclass(frozen=True)
class OfRun:
    """The settings of a run beside those of the paper.

    Attributes:
        run, trainer: their names.
        settings: that differ.
        problem: why nothing can be said; "" where it can.
    """

    run: str
    trainer: str
    settings: Sequence[Difference]
    problem: str = ""


def differences(read: ReadExperiment) -> list[Difference]:
    """What was trained, asked and measured otherwise than in the paper; settings of trainers stand apart."""
    papers = _papers(read)
    found = [*_models(read, papers), *_trainings(read, papers), *_tasks(read, papers)]
    return [*found, *_items(read), *_prompts(read, papers), *_norms(read)]


def settings_differences(read: ReadExperiment) -> list[OfRun]:
    """The settings of each run that has begun, beside the recipe `paper` of its trainer."""
    return [_of_run(run, members) for run, members in by_run(read.trained).items()]


def _papers(read: ReadExperiment) -> list[Experiment]:
    """The halves of the paper about the cultures trained on, or else asked about; both for others."""
    shipped = shipped_recipes()
    found = [experiment_of(read_placed_yaml(shipped[name]), {}) for name in RECIPES if name in shipped]
    ours = {one.culture for one in read.trained} or _cultures(read)
    about = [one for one in found if ours & {run.culture for run in one.runs.values()}]
    return about or found


def _cultures(read: ReadExperiment) -> set[str]:
    return {str(told.get("culture")) for content in read.contents for _, told in metadata(content)}


def _models(read: ReadExperiment, papers: Sequence[Experiment]) -> Iterator[Difference]:
    paper = dict.fromkeys(_last(name) for one in papers for name in one.models.values())
    here = dict.fromkeys(_last(one.source) for one in models_of(read))
    known = {name.lower() for name in paper}
    if known != {name.lower() for name in here}:
        marked = [name if name.lower() in known else f"{name} (not in the paper)" for name in here]
        yield Difference("models", ", ".join(paper), ", ".join(marked) or "none is evaluated yet")


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _trainings(read: ReadExperiment, papers: Sequence[Experiment]) -> Iterator[Difference]:
    paper = dict.fromkeys(
        _way(run.trainer, one.runs[run.adapter].trainer if run.adapter in one.runs else None)
        for one in papers
        for run in one.runs.values()
    )
    by_name = {one.name: one.trainer for one in read.trained}
    here = dict.fromkeys(_way(one.trainer, by_name.get(one.start or "")) for one in read.trained)
    if set(paper) != set(here):
        yield Difference("trainings", ", ".join(paper), ", ".join(here) or "none")


def _way(trainer: str, before: str | None) -> str:
    return f"{trainer} after {before}" if before else trainer


def _tasks(read: ReadExperiment, papers: Sequence[Experiment]) -> Iterator[Difference]:
    paper = dict.fromkeys(task for one in papers for entry in one.evaluate for task in entry.tasks)
    asked = dict.fromkeys(task for content in read.contents for task in part(content, "configs"))
    groups = {group for content in read.contents for group in part(content, "group_subtasks")}
    missing = [task for task in paper if task not in asked and task not in groups]
    if missing:
        yield Difference("tasks", ", ".join(paper), f"without {', '.join(missing)}")


def _items(read: ReadExperiment) -> Iterator[Difference]:
    found: dict[str, set[str]] = {}
    for content in read.contents:
        for task in part(content, "n-samples"):
            asked, there = items(content, task)
            if asked is not None and there is not None and asked < there:
                found.setdefault(str(task), set()).add(f"{asked:,} of {there:,}")
    for task, counts in found.items():
        yield Difference(f"items of {task}", "all", ", ".join(sorted(counts)))


def _prompts(read: ReadExperiment, papers: Sequence[Experiment]) -> Iterator[Difference]:
    if read.experiment is None or not papers:
        return
    theirs = papers[0].evaluate[0]
    for one in read.experiment.evaluate:
        tasks = ", ".join(one.tasks)
        if one.apply_chat_template != theirs.apply_chat_template:
            yield Difference(
                f"chat format of {tasks}", _yes(theirs.apply_chat_template), _yes(one.apply_chat_template)
            )
        if (one.num_fewshot or 0) != (theirs.num_fewshot or 0):
            here = str(one.num_fewshot or 0)
            yield Difference(f"worked examples of {tasks}", str(theirs.num_fewshot or 0), here)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _norms(read: ReadExperiment) -> Iterator[Difference]:
    if uses_demo(read):
        yield Difference("norms", "Small World of Words", "demo, written by hand to try the software")


def _of_run(run: str, members: Sequence[Trained]) -> OfRun:
    trainer = members[0].trainer
    here = next((one.settings for one in members if one.settings is not None), None)
    if here is None:
        return OfRun(run, trainer, [], "it has not begun")
    try:
        paper, told = _paper_settings(trainer)
    except AlignError as error:
        return OfRun(run, trainer, [], error.problem)
    if paper is None:
        return OfRun(run, trainer, [], "the paper has no such training")
    return OfRun(
        run,
        trainer,
        [
            Difference(name, as_text(paper[name]), as_text(value), name in told)
            for name, value in here.items()
            if name in paper and name not in NOT_OF_THE_PAPER and value != paper[name]
        ],
    )


def _paper_settings(trainer: str) -> tuple[dict[str, Any] | None, set[str]]:
    """Every setting of a trainer's recipe of the paper, and those that it sets; None without such a recipe.

    Raises:
        AlignError: the trainer is not installed.
    """
    known = get_trainer(trainer)
    if PAPER not in known.recipes:
        return None, set()
    recipe = read_recipe(known.recipe_class(), PAPER, known.recipes)
    return recipe.model_dump(mode="json"), set(read_yaml_file(known.recipes[PAPER]).values)
