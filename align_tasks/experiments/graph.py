"""The graph of an experiment: every step, in the order in which they are to run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from align_tasks.experiments.comparing import comparison_steps
from align_tasks.experiments.evaluating import Evaluated, evaluations
from align_tasks.experiments.models import KnownModel
from align_tasks.experiments.places import PlacedYaml
from align_tasks.experiments.recipe import Experiment
from align_tasks.experiments.step import Step
from align_tasks.experiments.train_steps import Trained, train_steps
from align_tasks.experiments.training import Training


def steps_of(
    experiment: Experiment,
    file: PlacedYaml,
    models: dict[str, KnownModel],
    trainings: list[Training],
    output: Path,
) -> list[Step]:
    """The steps; mistakes of the file are added to it.

    Args:
        models: those that are there.
        trainings: each after the one that it starts from.
        output: absolute folder of the experiment.
    """
    trained = train_steps(experiment, models, trainings, output)
    evaluated = list(evaluations(experiment, file, models, trained, output))
    steps = [*_steps(trained, evaluated), *comparison_steps(experiment, file, models, evaluated, output)]
    _tell_twice(steps, file)
    return steps


def _steps(trained: dict[str, Trained], evaluated: list[Evaluated]) -> Iterator[Step]:
    """Models first, which everything is compared with, then each training with its evaluations."""
    yield from (one.step for one in evaluated if one.trained is None)
    for training in trained.values():
        yield training.step
        yield from (one.step for one in evaluated if one.trained is training)


def _tell_twice(steps: list[Step], file: PlacedYaml) -> None:
    """Tell two steps with one output, and two that differ in nothing but their name."""
    by_name: dict[str, Step] = {}
    by_work: dict[tuple[str, str, bool], Step] = {}
    for step in steps:
        same_work = by_work.setdefault((step.kind, step.key, step.makes_folder), step)
        same_name = by_name.setdefault(step.name, step)
        if step.kind != "compare" and same_work is not step:
            told = f"two steps with one output: {step.name} does what {same_work.name} does"
            file.mistake(step.where, told, at_key=True)
        elif same_name is not step:
            file.mistake(step.where, f"two steps are called {step.name}: change a name", at_key=True)
