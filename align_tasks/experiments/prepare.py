"""From the file of an experiment to its steps: what can be wrong with it is told before anything starts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.experiments.asked import check_tasks, check_training_norms
from align_tasks.experiments.engine import LOCK
from align_tasks.experiments.graph import steps_of
from align_tasks.experiments.leaving_out import without
from align_tasks.experiments.models import known_models
from align_tasks.experiments.places import read_placed_yaml
from align_tasks.experiments.reading import HINT, experiment_of
from align_tasks.experiments.recipe import Experiment
from align_tasks.experiments.shipped import folder_of_paths
from align_tasks.experiments.states import PLAN
from align_tasks.experiments.step import Step
from align_tasks.experiments.training import trainings_of
from align_tasks.files import replace_file

COPY = "recipe.yaml"
PROGRAM = (sys.executable, "-m", "align_tasks")
WORKER = (sys.executable, "-m", "align_tasks.experiments.work")


@dataclass(frozen=True)
class Prepared:
    """An experiment that can be carried out.

    Attributes:
        experiment: what its file says.
        file: of the recipe.
        output: absolute folder of what comes of it.
        steps: each after those that it needs.
    """

    experiment: Experiment
    file: Path
    output: Path
    steps: Sequence[Step]


def prepare(
    file: Path, models: Mapping[str, str], output: Path | None, left_out: Collection[str] = ()
) -> Prepared:
    """Read and check a recipe, and find its steps.

    Args:
        file: of the recipe.
        models: folders and hub names that stand in for those of the file, by name.
        output: folder for what comes of it; ``results/NAME`` unless given.
        left_out: names of models to leave out.

    Raises:
        AlignError: anything in the file is wrong: all of it, with line and column.
    """
    placed = read_placed_yaml(file.absolute())
    experiment = without(experiment_of(placed, models), left_out)
    folder = (output or Path("results", experiment.name)).absolute()
    known = known_models(experiment.models, placed, models)
    trainings = trainings_of(experiment, placed)
    check_training_norms(experiment, trainings, placed)
    check_tasks(experiment, placed)
    steps = steps_of(experiment, placed, known, trainings, folder)
    placed.refuse_mistakes(HINT)
    return Prepared(experiment, file.absolute(), folder, steps)


def write_plan(prepared: Prepared, cores: int) -> None:
    """Write what the engine and the steps' processes read, and a copy of the recipe beside it.

    Raises:
        AlignError: the folder holds something else, or cannot be written.
    """
    output = prepared.output
    check_folder(prepared)
    try:
        replace_file(output / PLAN, plan_of(prepared, cores))  # first: by it the folder is known again
        replace_file(output / COPY, prepared.file.read_bytes())
    except OSError as error:
        raise AlignError(f"cannot write to {output}: {error.strerror or error}") from error


def plan_of(prepared: Prepared, cores: int) -> bytes:
    """The steps as the engine and the steps' processes read them."""
    plan = {
        "experiment": prepared.experiment.name,
        "folder": str(folder_of_paths(prepared.file)),
        "program": PROGRAM,
        "worker": WORKER,
        "steps": {step.name: _planned(step, cores) for step in prepared.steps},
    }
    return json.dumps(plan, ensure_ascii=False, indent=1).encode()


def check_folder(prepared: Prepared) -> None:
    """Refuse a folder that holds something else.

    Raises:
        AlignError: it holds another experiment, or anything else.
    """
    output, name = prepared.output, prepared.experiment.name
    try:
        names = set(os.listdir(output)) - {LOCK}
    except OSError as error:
        raise AlignError(f"cannot read the folder {output}: {error.strerror or error}") from error
    if not names:
        return
    try:
        there = json.loads((output / PLAN).read_bytes())["experiment"]
    except (OSError, ValueError, LookupError, TypeError):
        there = None
    if there != name:
        what = f"the experiment {there}" if there else "something else"
        raise AlignError(f"the folder {output} holds {what}", hint="Name another folder in --output.")


def _planned(step: Step, cores: int) -> dict[str, Any]:
    """A step as the engine reads it."""
    values = asdict(step)
    needs = step.needs
    resources: dict[str, int] = {}
    if needs.memory_gb is not None:
        resources["mem_mb"] = round(needs.memory_gb * 1000)
    if needs.gpus is not None:
        resources["gpu"] = needs.gpus
    if needs.hours is not None:
        resources["runtime"] = max(1, round(needs.hours * 60))
    own = ("kind", "key", "command", "inputs", "outputs", "makes_folder", "prints")
    threads = needs.cores or (1 if step.kind == "compare" else cores)
    return {name: values[name] for name in own} | {"threads": threads, "resources": resources}
