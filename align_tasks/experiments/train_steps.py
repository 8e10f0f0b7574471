"""Training steps: `align train`, each in a folder under a key of all that the adapter depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from align_tasks.experiments.keys import key_of, norms_key, tables_key
from align_tasks.experiments.models import KnownModel
from align_tasks.experiments.recipe import Experiment
from align_tasks.experiments.step import Loaded, Step
from align_tasks.experiments.training import Training
from align_tasks.files import sha256_of
from align_tasks.runs import FINISHED
from align_tasks.settings import NONE, as_text, flag_of

_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


@dataclass(frozen=True)
class Trained:
    """A training with its step.

    Attributes:
        training: what is trained.
        step: how.
        folder: of the adapter, absolute.
    """

    training: Training
    step: Step
    folder: Path


def train_steps(
    experiment: Experiment, models: Mapping[str, KnownModel], trainings: list[Training], output: Path
) -> dict[str, Trained]:
    """The steps by name; trainings of models that are not there are left out."""
    found: dict[str, Trained] = {}
    for training in trainings:
        start = found.get(training.start) if training.start else None
        if training.model in models and (training.start is None or start is not None):
            found[training.name] = _trained(experiment, models[training.model], training, start, output)
    return found


def _trained(
    experiment: Experiment, model: KnownModel, training: Training, start: Trained | None, output: Path
) -> Trained:
    recipe = training.recipe.model_dump(mode="json")
    others = (
        norms_key(training.culture, experiment.norms),
        tables_key("ratings") if getattr(training.recipe, "concreteness_weight", 0) else None,
        [sha256_of(path) for path in training.files if path.is_file()],
    )
    what = (training.trainer.name, model.identity, training.culture.name)
    key = key_of(*what, recipe, start.step.key if start else None, *others)
    folder = Path("adapters", key, training.name)
    command = ["train", training.trainer.name, "--model", model.source]
    command += ["--adapter", str(start.folder)] if start else []
    command += ["--culture", training.culture.name, "--output", str(output / folder)]
    command += ["--recipe", training.source] if training.source else []
    command += [word for name, value in training.settings.items() for word in flags(name, value)]
    step = Step(
        name=f"train-{training.name}",
        kind="train",
        key=key,
        command=command,
        inputs=start.step.outputs if start else (),
        outputs=(str(folder / FINISHED),),
        needs=experiment.runs[training.run].needs,
        where=("runs", training.run),
        like=(key_of(*what, recipe | {"seed": None}, start.step.like if start else None, *others),),
        loads=_loaded(model, training),
    )
    return Trained(training, step, output / folder)


def _loaded(model: KnownModel, training: Training) -> Loaded | None:
    """The model as a trainer with the settings of ours loads it; None where that is not known."""
    precision = getattr(training.recipe, "precision", None)
    if precision not in _DTYPES or getattr(training.recipe, "load_in_4bit", False):
        return None
    return Loaded(model.source, "float32" if training.is_whole_model else _DTYPES[precision])


def flags(name: str, value: Any) -> Iterator[str]:
    """A setting as flags of `align train`."""
    flag = flag_of(name)
    if isinstance(value, bool):
        yield flag if value else f"--no-{flag[2:]}"
        return
    if isinstance(value, dict):
        values = [f"{key}={as_text(one)}" for key, one in value.items()]
    elif isinstance(value, list):
        values = [as_text(one) for one in value]
    else:
        values = [NONE if value is None else as_text(value)]
    for one in values or [NONE]:
        yield from (flag, one)
