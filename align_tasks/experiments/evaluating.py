"""Evaluation steps: `align eval` of each model, and of each adapter as soon as it is trained.

Each adapter is a step of its own. In one step with the base they would load the model once, but wait for
all trainings, fail together, and all be asked again when one of them changes. `align eval` asks the base
before an adapter; its answers are kept from the step of the base, for which the steps of its adapters wait.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from align_tasks.experiments.keys import key_of, tables_key
from align_tasks.experiments.models import KnownModel
from align_tasks.experiments.places import PlacedYaml, Where
from align_tasks.experiments.reading import close_to
from align_tasks.experiments.recipe import Evaluation, Experiment
from align_tasks.experiments.step import DONE, Loaded, Step, unfinished
from align_tasks.experiments.train_steps import Trained


@dataclass(frozen=True)
class Evaluated:
    """An evaluation with its step.

    Attributes:
        model: name of the model.
        trained: what was trained on it and is evaluated; None for the model alone.
        step: how.
    """

    model: str
    trained: Trained | None
    step: Step

    @property
    def results(self) -> str:
        """Where its own results are, as a pattern: beside those of an adapter lie those of its model.

        lm-eval makes a folder for each, named by the path of the model or adapter, with __ between its parts.
        """
        folder = str(Path(self.step.outputs[0]).parent)
        if self.trained is None or self.trained.training.is_whole_model:
            return folder
        return f"{folder}/*__{self.trained.training.name}"


def evaluations(
    experiment: Experiment,
    file: PlacedYaml,
    models: Mapping[str, KnownModel],
    trained: Mapping[str, Trained],
    output: Path,
) -> Iterator[Evaluated]:
    """Every evaluation; names that are not known become mistakes of the file."""
    for number, evaluation in enumerate(experiment.evaluate):
        _check(experiment, evaluation, ("evaluate", number), file)
        one = _One(experiment, evaluation, number, output)
        for name in evaluation.models or experiment.models:
            if name not in models:
                continue
            base = one.of_model(models[name])
            yield base
            for training in trained.values():
                if training.training.model == name and one.asks(training):
                    yield one.of_trained(models[name], training, base)


def _check(experiment: Experiment, evaluation: Evaluation, where: Where, file: PlacedYaml) -> None:
    for part, names, known in (
        ("model", evaluation.models, dict(experiment.models)),
        ("run", evaluation.runs, dict(experiment.runs)),
    ):
        for number, name in enumerate(names or ()):
            if name not in known:
                told = f"there is no {part} {name!r}{close_to(name, known)}"
                file.mistake((*where, f"{part}s", number), told)


class _One:
    """One entry of `evaluate`, as steps."""

    def __init__(self, experiment: Experiment, evaluation: Evaluation, number: int, output: Path) -> None:
        self._experiment, self._evaluation, self._output = experiment, evaluation, output
        self._where = ("evaluate", number)
        self._prefix = "evaluate" if len(experiment.evaluate) == 1 else f"evaluate-{number + 1}"

    def asks(self, trained: Trained) -> bool:
        """Whether what was trained is asked."""
        runs = self._evaluation.runs
        return runs is None or trained.training.run in runs

    def of_model(self, model: KnownModel) -> Evaluated:
        """The model alone."""
        step = self._step(model.name, model.source, (), key_of(model.identity, None), (), model)
        return Evaluated(model.name, None, step)

    def of_trained(self, model: KnownModel, trained: Trained, base: Evaluated) -> Evaluated:
        """What was trained: an adapter on its model, or a whole model."""
        folder, key = str(trained.folder), key_of(model.identity, trained.step.key)
        if trained.training.is_whole_model:
            step = self._step(trained.training.name, folder, (), key, trained.step.outputs, model)
        else:
            adapter = ("--adapter", folder)
            inputs = (*trained.step.outputs, *base.step.outputs)
            step = self._step(trained.training.name, model.source, adapter, key, inputs, model)
        return Evaluated(model.name, trained, step)

    def _step(
        self,
        name: str,
        model: str,
        adapter: tuple[str, ...],
        subject: str,
        inputs: Sequence[str],
        base: KnownModel,
    ) -> Step:
        asked = [*self._asked(), *self._by_what()]
        of_model = key_of(base.identity, asked, list(self._how()))
        key = key_of(subject, asked, tables_key("associations", "items", "ratings"))
        folder = f"results/{key}/{name}"
        command = ["eval", "--model", model, *adapter, *asked, *self._how()]
        return Step(
            name=f"{self._prefix}-{name}",
            kind="evaluate",
            key=key,
            command=[*command, "--output", str(self._output / unfinished(folder))],
            inputs=inputs,
            outputs=(f"{folder}/{DONE}",),
            makes_folder=True,
            needs=self._evaluation.needs,
            where=self._where,
            like=(key_of(of_model, "adapter"), of_model) if adapter else (of_model,),
            loads=Loaded(base.source, self._experiment.dtype),
        )

    def _asked(self) -> Iterator[str]:
        """What is asked, as flags."""
        asked, norms = self._evaluation, self._experiment.norms
        yield from ("--tasks", ",".join(asked.tasks))
        if asked.limit is not None:
            yield from ("--limit", str(asked.limit))
        if asked.num_fewshot is not None:
            yield from ("--num-fewshot", str(asked.num_fewshot))
        if asked.apply_chat_template:
            yield "--apply-chat-template"
        if norms != "auto":
            yield from ("--metadata", json.dumps({"norms": norms}))

    def _by_what(self) -> Iterator[str]:
        """What computes the answers, on which figures may depend."""
        yield from ("--backend", self._experiment.backend, "--dtype", self._experiment.dtype)

    def _how(self) -> Iterator[str]:
        """What changes the time it takes, and no figure."""
        if self._evaluation.batch_size is not None:
            yield from ("--batch-size", str(self._evaluation.batch_size))
        if self._experiment.device is not None:
            yield from ("--device", self._experiment.device)
