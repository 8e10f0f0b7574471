"""The trainings of an experiment: each run with each of its models, varied settings and seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from align_tasks.cultures import Culture, get_culture
from align_tasks.errors import AlignError
from align_tasks.experiments.places import PlacedYaml, Where
from align_tasks.experiments.reading import close_to
from align_tasks.experiments.recipe import Experiment, TrainingRun
from align_tasks.experiments.shipped import folder_of_paths
from align_tasks.settings import as_text, flag_of, settings_of
from align_tasks.trainers import Trainer, get_trainer

if TYPE_CHECKING:
    from align_tasks.recipes import Recipe


@dataclass(frozen=True)
class Training:
    """One adapter that is trained.

    Attributes:
        name: of its folder and of its step.
        run: name of the run that it belongs to.
        model: name of the model.
        trainer, culture, recipe: as `align train` takes them; every setting is in the recipe.
        source: the trainer's own recipe, or the file, that settings are changed of; None for the defaults.
        settings: those that the experiment sets, seed and norms included.
        files: that settings name, absolute.
        start: name of the training whose adapter it starts from.
    """

    name: str
    run: str
    model: str
    trainer: Trainer
    culture: Culture
    recipe: Recipe
    source: str | None
    settings: Mapping[str, Any]
    files: tuple[Path, ...]
    start: str | None

    @property
    def is_whole_model(self) -> bool:
        """Whether every weight is trained, so that no adapter comes of it."""
        return getattr(self.recipe, "method", None) == "full"


def trainings_of(experiment: Experiment, file: PlacedYaml) -> list[Training]:
    """All trainings, in an order in which each can start from those before it.

    Mistakes of the file are added to it; what they make impossible is left out.
    """
    found: list[Training] = []
    for name in _in_order(experiment, file):
        run = experiment.runs[name]
        _check_names(run.models or (), experiment, ("runs", name, "models"), file)
        trainer = _got(lambda run=run: get_trainer(run.trainer), file, ("runs", name, "trainer"))
        culture = _got(lambda run=run: get_culture(run.culture), file, ("runs", name, "culture"))
        if trainer is not None and culture is not None:
            found += _Trainings(name, run, trainer, culture, experiment, file).all()
    _check_starts(experiment, found, file)
    return _each_once(found, file)


def _each_once(found: list[Training], file: PlacedYaml) -> list[Training]:
    """The trainings without those of a name that is there already, which are told."""
    known: dict[str, Training] = {}
    for one in found:
        if known.setdefault(one.name, one) is not one:
            file.mistake(
                ("runs", one.run), f"two steps with one output: {one.name} is trained twice", at_key=True
            )
    return list(known.values())


def _check_names(names: Any, experiment: Experiment, where: Where, file: PlacedYaml) -> None:
    for number, name in enumerate(names):
        if name not in experiment.models:
            told = f"there is no model {name!r}{close_to(name, dict(experiment.models))}"
            file.mistake((*where, number), told)


def _got(get: Any, file: PlacedYaml, where: Where) -> Any:
    """What a function gives, or None, with a mistake."""
    try:
        return get()
    except AlignError as error:
        file.mistake(where, " ".join(str(error).split()))
        return None


def _in_order(experiment: Experiment, file: PlacedYaml) -> list[str]:
    """The runs, each after the one that it starts from; none where they go in a circle."""
    before = {}
    for name, run in experiment.runs.items():
        known = run.adapter in experiment.runs
        before[name] = [run.adapter] if run.adapter is not None and known else []
        if run.adapter is not None and not known:
            told = f"there is no run {run.adapter!r}{close_to(run.adapter, dict(experiment.runs))}"
            file.mistake(("runs", name, "adapter"), told)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        told = f"runs start from each other in a circle: {' from '.join(circle)}"
        file.mistake(("runs", circle[0], "adapter"), told)
        return []


class _Trainings:
    """The trainings of one run."""

    def __init__(
        self,
        name: str,
        run: TrainingRun,
        trainer: Trainer,
        culture: Culture,
        experiment: Experiment,
        file: PlacedYaml,
    ) -> None:
        self._name, self._run, self._trainer, self._culture = name, run, trainer, culture
        self._experiment, self._file = experiment, file
        self._models = [one for one in run.models or experiment.models if one in experiment.models]
        self._folder = folder_of_paths(file.path)

    def all(self) -> Iterator[Training]:
        """Each with its model, varied settings and seed."""
        if self._tell_what_is_set_elsewhere():
            return
        for varied in product(*self._run.vary.values()):
            values = dict(zip(self._run.vary, varied, strict=True))
            for model in self._models:
                for seed in self._run.seeds or self._experiment.seeds:
                    training = self._training(model, values, seed)
                    if training is None:
                        return
                    yield training

    def _training(self, model: str, varied: Mapping[str, Any], seed: int) -> Training | None:
        settings = {**self._run.settings, **varied}
        try:
            known = settings_of(self._trainer.recipe_class())
            own = {"norms": self._experiment.norms, "seed": seed}
            settings |= {name: value for name, value in own.items() if name in known}
            recipe = self._read(settings)
        except AlignError as error:
            self._tell(error, settings)
            return None
        name = "-".join([self._name, *self._told_apart(model, varied), str(seed)])
        start = self._start(model, seed) if self._run.adapter in self._experiment.runs else None
        return Training(
            name,
            self._name,
            model,
            self._trainer,
            self._culture,
            recipe,
            self._source(),
            settings,
            tuple(self._files(settings)),
            start,
        )

    def _told_apart(self, model: str, varied: Mapping[str, Any]) -> Iterator[str]:
        """What the trainings of a run differ in; a number at the end would look like a seed."""
        if len(self._models) > 1:
            yield model
        for setting, value in varied.items():
            yield f"{re.sub('[^A-Za-z0-9.]+', '_', as_text(value))}-{setting}"

    def _start(self, model: str, seed: int) -> str:
        """Name of the training that it starts from."""
        other = self._experiment.runs[str(self._run.adapter)]
        several = len([one for one in other.models or self._experiment.models]) > 1
        return "-".join([str(self._run.adapter), *([model] if several else []), str(seed)])

    def _source(self) -> str | None:
        """The trainer's own recipe by its name, a file by its absolute path."""
        given = self._run.recipe
        return given if given is None or given in self._trainer.recipes else str(self._folder / given)

    def _read(self, settings: Mapping[str, Any]) -> Recipe:
        from align_tasks.recipes import read_recipe

        return read_recipe(self._trainer.recipe_class(), self._source(), self._trainer.recipes, settings)

    def _files(self, settings: Mapping[str, Any]) -> Iterator[Path]:
        """Files that settings name, as `mix` does: names in tables that look like those of files."""
        for setting, table in settings.items():
            for name in table if isinstance(table, dict) else ():
                if Path(name).suffix or "/" in name:
                    path = self._folder / name
                    if not path.is_file():
                        where = ("runs", self._name, "settings", setting, name)
                        self._file.mistake(where, f"there is no file {path}", at_key=True)
                    yield path

    def _tell_what_is_set_elsewhere(self) -> bool:
        """Whether settings are given that the experiment sets, or the same ones twice."""
        count = len(self._file.mistakes)
        for part, settings in (("settings", self._run.settings), ("vary", self._run.vary)):
            for name, told in (("seed", "seeds of the run"), ("norms", "norms of the experiment")):
                if name in settings:
                    where = ("runs", self._name, part, name)
                    self._file.mistake(where, f"{name} is set by {told}, not here", at_key=True)
        for name in self._run.settings.keys() & self._run.vary.keys():
            where = ("runs", self._name, "vary", name)
            self._file.mistake(where, f"{name} is among the settings, too", at_key=True)
        return len(self._file.mistakes) > count

    def _tell(self, error: AlignError, settings: Mapping[str, Any]) -> None:
        """What is wrong with the settings, each at its place."""
        if (problem := self._problem({})) is not None and problem in error.problem:
            self._file.mistake(("runs", self._name, "recipe"), problem)
            return
        told = len(self._file.mistakes)
        for name, value in settings.items():
            problem = self._problem({name: value})
            if problem is not None and problem in error.problem:
                part = "vary" if name in self._run.vary else "settings"
                words = problem.replace(flag_of(name), name)
                at_key = " is no setting of " in words
                self._file.mistake(("runs", self._name, part, name), words, at_key=at_key)
        if len(self._file.mistakes) == told:
            self._file.mistake(("runs", self._name, "settings"), " ".join(error.problem.split()))

    def _problem(self, settings: Mapping[str, Any]) -> str | None:
        try:
            self._read(settings)
        except AlignError as error:
            return error.problem
        return None


def _check_starts(experiment: Experiment, found: list[Training], file: PlacedYaml) -> None:
    """Tell trainings that start from what is not trained: another model, another seed, or no adapter."""
    by_name = {one.name: one for one in found}
    told = set()
    for one in found:
        adapter = experiment.runs[one.run].adapter
        if adapter is None or one.run in told or all(other.run != adapter for other in found):
            continue
        start = by_name.get(str(one.start))
        why = None
        if experiment.runs[adapter].vary:
            why = f"{adapter} varies settings, so it has no one adapter to start from"
        elif start is None:
            why = f"{adapter} does not train the same model with the same seed, as {one.name} needs"
        elif start.is_whole_model:
            why = f"{adapter} trains a whole model, and no adapter"
        if why:
            told.add(one.run)
            file.mistake(("runs", one.run, "adapter"), why)
