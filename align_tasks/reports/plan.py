"""The steps of an experiment, as its folder names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from align_tasks.errors import AlignError, first_mistake
from align_tasks.experiments.states import PLAN
from align_tasks.experiments.step import Kind


def _inside(path: str) -> str:
    if PurePath(path).is_absolute() or ".." in PurePath(path).parts:
        raise ValueError("it leads out of the folder of the experiment")
    return path


def _one_part(name: str) -> str:
    if name != PurePath(name).name:
        raise ValueError("it cannot be the name of a file")
    return name


Inside = Annotated[str, AfterValidator(_inside)]
StepName = Annotated[str, AfterValidator(_one_part)]


class PlannedStep(BaseModel):
    """A step as it was planned, see `align_tasks.experiments.step.Step`."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    key: str
    command: Sequence[str]
    inputs: Sequence[Inside]
    outputs: Annotated[Sequence[Inside], AfterValidator(lambda found: found or _no_outputs())]

    @property
    def folder(self) -> PurePath:
        """Of its first output, in that of the experiment."""
        return PurePath(self.outputs[0]).parent

    def option(self, flag: str) -> str | None:
        """What its command gives as an option; None where it does not."""
        pairs = zip(self.command, self.command[1:], strict=False)
        return next((value for word, value in pairs if word == flag), None)


class Plan(BaseModel):
    """All steps of an experiment.

    Attributes:
        experiment: its name.
        steps: by name, each after those that it needs.
    """

    model_config = ConfigDict(frozen=True)

    experiment: str
    steps: Mapping[StepName, PlannedStep]

    def of_kind(self, kind: Kind) -> dict[str, PlannedStep]:
        """The steps of one kind."""
        return {name: step for name, step in self.steps.items() if step.kind == kind}


def read_plan(folder: Path) -> Plan:
    """Read the steps of an experiment.

    Raises:
        AlignError: the folder is not there or holds no experiment, or the file of the steps is damaged.
    """
    if not folder.is_dir():
        raise AlignError(f"there is no folder {folder}", hint=_NAME_ONE)
    file = folder / PLAN
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise AlignError(f"{folder} holds no experiment: it has no {PLAN}", hint=_NAME_ONE) from None
    except OSError as error:
        raise AlignError(f"cannot read {file}: {error.strerror or error}") from error
    try:
        return Plan.model_validate_json(content)
    except ValidationError as error:
        hint = "The same `align run` that made the folder writes it anew."
        raise AlignError(f"{file} is damaged: {first_mistake(error)}", hint=hint) from error


def _no_outputs() -> Sequence[str]:
    raise ValueError("a step leaves at least one file")


_NAME_ONE = "Name the output folder of `align run`, by default results/NAME."
