"""Comparison steps: `align compare`, tables as Markdown and JSON, and the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from align_tasks.experiments.evaluating import Evaluated
from align_tasks.experiments.keys import key_of
from align_tasks.experiments.models import KnownModel
from align_tasks.experiments.places import PlacedYaml, Where
from align_tasks.experiments.reading import close_to
from align_tasks.experiments.recipe import Comparison, Experiment
from align_tasks.experiments.step import Step

FOLDER = "comparison"


def comparison_steps(
    experiment: Experiment,
    file: PlacedYaml,
    models: Mapping[str, KnownModel],
    evaluated: list[Evaluated],
    output: Path,
) -> Iterator[Step]:
    """The steps; names that are not known, and comparisons of nothing, become mistakes of the file."""
    for name, comparison in experiment.compare.items():
        where: Where = ("compare", name)
        _check(experiment, comparison, where, file)
        chosen = comparison.models or experiment.models
        members = [one for one in evaluated if one.model in chosen]
        if comparison.baseline in models and all(one.model != comparison.baseline for one in members):
            file.mistake((*where, "baseline"), f"{comparison.baseline} is not evaluated in this comparison")
        elif comparison.baseline in models:
            yield from _steps(name, comparison, models[comparison.baseline].row, members, output)


def _check(experiment: Experiment, comparison: Comparison, where: Where, file: PlacedYaml) -> None:
    named = [("baseline", comparison.baseline)]
    named += [("models", name) for name in comparison.models or ()]
    for part, name in named:
        if name not in experiment.models:
            told = f"there is no model {name!r}{close_to(name, dict(experiment.models))}"
            file.mistake((*where, part), told)


def _steps(
    name: str, comparison: Comparison, baseline: str, members: list[Evaluated], output: Path
) -> Iterator[Step]:
    inputs = tuple(path for one in members for path in one.step.outputs)
    command = ["compare", *(str(output / one.results) for one in members), "--baseline", baseline]
    command += ["--each-seed"] if comparison.each_seed else []
    page = f"{FOLDER}/{name}.html"
    further = {"md": (["--html", str(output / page)], [page]), "json": ([], [])}
    key = key_of([one.results for one in members], baseline, comparison.each_seed)
    for form, (options, pages) in further.items():
        yield Step(
            name=f"compare-{name}-{form}",
            kind="compare",
            key=key,
            command=[*command, "--format", form, *options],
            inputs=inputs,
            outputs=(f"{FOLDER}/{name}.{form}", *pages),
            prints=True,
            where=("compare", name),
            like=(key_of(key, form),),
        )
