"""All that is read of an experiment's folder, for the sections of its report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from align_tasks.errors import AlignError
from align_tasks.experiments.places import read_placed_yaml
from align_tasks.experiments.prepare import COPY
from align_tasks.experiments.reading import experiment_of
from align_tasks.experiments.recipe import Experiment
from align_tasks.reports.evaluated import Content, Evaluated, evaluated_in
from align_tasks.reports.plan import Plan, read_plan
from align_tasks.reports.progress import Progress, progress_of
from align_tasks.reports.trained import Trained, trained_in


@dataclass(frozen=True)
class ReadExperiment:
    """An experiment, as its folder tells it.

    Attributes:
        folder: of the experiment.
        plan: its steps.
        progress: how far each of these got.
        recipe: the recipe as text, lines by line.
        experiment: what it says; None where it cannot be read.
        trained: its trainings, finished or not.
        evaluated: its finished evaluations.
        notes: what cannot be read, in plain words; sections add theirs.
    """

    folder: Path
    plan: Plan
    progress: list[Progress]
    recipe: list[str]
    experiment: Experiment | None
    trained: list[Trained]
    evaluated: list[Evaluated]
    notes: list[str]

    @property
    def contents(self) -> list[Content]:
        """Of all results files."""
        return list(chain.from_iterable(one.contents for one in self.evaluated))


def read_experiment(folder: Path) -> ReadExperiment:
    """Read the folder of an experiment; of single files that are damaged, only what they tell is lost.

    Raises:
        AlignError: it is none, its steps cannot be read, or no evaluation in it is finished.
    """
    plan = read_plan(folder)
    progress = progress_of(folder, plan)
    notes: list[str] = []
    evaluated = evaluated_in(folder, plan, progress, notes)
    trained = trained_in(folder, plan, notes)
    recipe = _text(folder / COPY)
    experiment = _experiment(folder / COPY, notes)
    return ReadExperiment(folder, plan, progress, recipe, experiment, trained, evaluated, notes)


def _experiment(file: Path, notes: list[str]) -> Experiment | None:
    try:
        return experiment_of(read_placed_yaml(file), {})
    except AlignError as error:
        notes.append(f"{error.problem}: what it asks and how is left out here")
        return None


def _text(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
