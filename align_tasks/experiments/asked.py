"""What an experiment asks about, checked before anything starts: tasks, and norms that are to be imported."""

from __future__ import annotations

from align_tasks.cultures import Culture, cultures
from align_tasks.data import store
from align_tasks.experiments.places import PlacedYaml, Where
from align_tasks.experiments.recipe import Experiment
from align_tasks.experiments.training import Training


def check_tasks(experiment: Experiment, file: PlacedYaml) -> None:
    """Tell tasks that are not installed, and norms that tasks need and that are not imported."""
    from align_tasks.evaluation import task_manager
    from align_tasks.experiments.reading import close_to

    known = task_manager().all_tasks
    for number, evaluation in enumerate(experiment.evaluate):
        for place, task in enumerate(evaluation.tasks):
            where: Where = ("evaluate", number, "tasks", place)
            if task not in known:
                told = f"there is no task {task!r}{close_to(task, known)} (`align tasks` lists them)"
                file.mistake(where, told)
            elif task.startswith("swow_"):
                for name in task.split("_")[1:]:
                    _check_norms(cultures().get(name), experiment, where, file)


def check_training_norms(experiment: Experiment, trainings: list[Training], file: PlacedYaml) -> None:
    """Tell runs whose norms are not imported."""
    for run in dict.fromkeys(training.run for training in trainings):
        culture = next(one.culture for one in trainings if one.run == run)
        _check_norms(culture, experiment, ("runs", run, "culture"), file)


def _check_norms(culture: Culture | None, experiment: Experiment, where: Where, file: PlacedYaml) -> None:
    if culture is None or experiment.norms != "imported" or culture.name in store.names("associations"):
        return
    command = f"align data import swow FILE --culture {culture.name}"
    file.mistake(where, f"the norms of {culture.name!r} are not imported (README.md): {command}")
