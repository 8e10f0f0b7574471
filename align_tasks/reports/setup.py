"""What was set up: the models, what was trained with which settings, and how all of it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.recipes import read_recipe
from align_tasks.reports.evaluated import Content, part
from align_tasks.reports.experiment import ReadExperiment
from align_tasks.reports.trained import Trained, by_run
from align_tasks.settings import as_text
from align_tasks.trainers import get_trainer

OWN = ("seed",)  # settings that are told elsewhere


@dataclass(frozen=True)
class Model:
    """A model of the experiment.

    Attributes:
        name: in the recipe.
        source: hub name, or name of its folder without where that lies.
        revision: commit of the hub; None where it is not known.
        sha256: of its configuration and weights; None where it is not known.
        parameters: their number; None where it is not known.
    """

    name: str
    source: str
    revision: str | None
    sha256: str | None
    parameters: int | None


@dataclass(frozen=True)
class Changed:
    """A setting that differs from the trainer's default, both as text."""

    name: str
    value: str
    default: str


@dataclass(frozen=True)
class Run:
    """Trainings that differ in their seed only.

    Attributes:
        name: of the run.
        trainer, culture: their names.
        package: that brought the trainer, with its version; "" where none is finished.
        start: the run that it begins from; None for none.
        seeds: of all trainings.
        finished: of those that are finished.
        steps: optimizer steps of these, each number once.
        changed: settings that differ from the defaults.
        problem: why these are all settings, or none; "" where they are not.
    """

    name: str
    trainer: str
    culture: str
    package: str
    start: str | None
    seeds: Sequence[str]
    finished: Sequence[str]
    steps: Sequence[int]
    changed: Sequence[Changed]
    problem: str


@dataclass(frozen=True)
class Asked:
    """One entry of the recipe's evaluations, in words."""

    tasks: str
    items: str
    examples: str
    chat: str
    who: str
    backend: str
    dtype: str


def models_of(read: ReadExperiment) -> list[Model]:
    """The models that were evaluated alone, by the names of the recipe."""
    trained = {one.name for one in read.trained}
    found = {}
    for one in read.evaluated:
        if not one.has_adapter and one.name not in trained and one.name not in found:
            found[one.name] = _model(one.name, one.model, one.contents)
    return list(found.values())


def runs_of(read: ReadExperiment) -> list[Run]:
    """What was trained, or is to be."""
    return [_run(name, members) for name, members in by_run(read.trained).items()]


def asked_in(read: ReadExperiment) -> list[Asked]:
    """How models and adapters were asked; nothing where the recipe cannot be read."""
    recipe = read.experiment
    if recipe is None:
        return []
    return [
        Asked(
            ", ".join(one.tasks),
            "all" if one.limit is None else f"{one.limit} of each task",
            str(one.num_fewshot or "none"),
            "yes" if one.apply_chat_template else "no",
            f"models: {_names(one.models)}; runs: {_names(one.runs)}",
            recipe.backend,
            recipe.dtype,
        )
        for one in recipe.evaluate
    ]


def defaults_of(trainer: str) -> tuple[Mapping[str, Any], str]:
    """The settings of a trainer that nothing changes; none, and why, where they are not known."""
    try:
        return read_recipe(get_trainer(trainer).recipe_class()).model_dump(mode="json"), ""
    except AlignError as error:
        return {}, f"{error.problem}, so that its defaults are not known here: these are all settings"


def is_folder(source: str) -> bool:
    """Whether a model is named by its folder, and not by its name on the hub."""
    return source.startswith((".", "/", "~"))


def _model(name: str, source: str, contents: Sequence[Content]) -> Model:
    told = [one for content in contents if (one := part(content, "align", "model"))]
    configs = [part(content, "config") for content in contents]
    shown = PurePath(source).name if is_folder(source) else source
    return Model(
        name,
        shown,
        _first(one.get("revision") for one in told) or _first(one.get("model_sha") for one in configs),
        _first(one.get("sha256") for one in told),
        next((n for one in configs if isinstance(n := one.get("model_num_parameters"), int)), None),
    )


def _first(values: Iterator[Any]) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)


def _run(name: str, members: Sequence[Trained]) -> Run:
    first = members[0]
    finished = [one for one in members if one.record is not None]
    settings = next((one.settings for one in members if one.settings is not None), None)
    changed, problem = _changed(first.trainer, settings)
    return Run(
        name,
        first.trainer,
        first.culture,
        next((one.record.plugin for one in finished if one.record), ""),
        None if first.start is None else first.start.rpartition("-")[0],
        [one.seed for one in members],
        [one.seed for one in finished],
        sorted({one.record.steps for one in finished if one.record}),
        changed,
        problem,
    )


def _changed(trainer: str, settings: Mapping[str, Any] | None) -> tuple[list[Changed], str]:
    if settings is None:
        return [], "it has not begun: its settings are in the recipe"
    defaults, problem = defaults_of(trainer)
    found = [
        Changed(name, as_text(value), as_text(defaults[name]) if name in defaults else "")
        for name, value in settings.items()
        if name not in OWN and (name not in defaults or value != defaults[name])
    ]
    return found, problem


def _names(names: Sequence[str] | None) -> str:
    return "all" if names is None else ", ".join(names) or "none"
