"""``align.json``: the record of a training run beside its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from align_tasks.adapters.identity import ModelIdentity
from align_tasks.errors import AlignError, first_mistake
from align_tasks.files import replace_file
from align_tasks.runs import FINISHED

FILE = FINISHED
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
TOLD = ("trainer", "culture", "recipe", "data")
"""What results files say of a training."""

FileName = Annotated[str, Field(pattern=r"^[^/\\]+$")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class StartedFrom(BaseModel):
    """The adapter that a training run began from.

    Attributes:
        name: of its folder, without where that lies.
        sha256: of its weights file.
        record: of its own training; None where it was trained elsewhere.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: Sha256
    record: AdapterRecord | None


class AdapterRecord(BaseModel):
    """What is known of a finished training run; a fully fine-tuned model has one, too.

    Attributes:
        format: of the record.
        trainer: its name, such as ``sft``.
        plugin: package and version that brought the trainer, such as ``align-trainers 0.1.0``.
        culture: whose associations were learned.
        language: its code.
        base_model: the model before training.
        recipe: every setting of the trainer.
        steps: optimizer steps.
        metrics: last or best figures on the validation cues; None where one was not finite.
        data: what was learned from: norms, their SHA-256 and licence, number of training cues and
            fingerprint of these.
        versions: of the packages that took part, and of Python.
        files: SHA-256 of every published file of the folder, by its name.
        created: when the run ended, in UTC, as in ISO 8601.
        started_from: the adapter that the run began from; None for a new one, or for none.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    trainer: str
    plugin: str
    culture: str
    language: str
    base_model: ModelIdentity
    recipe: dict[str, Any]
    steps: Annotated[int, Field(ge=0)]
    metrics: dict[str, float | None]
    data: dict[str, Any]
    versions: dict[str, str]
    files: dict[FileName, Sha256]
    created: str
    started_from: StartedFrom | None = None

    @property
    def starts(self) -> list[StartedFrom]:
        """What the run began from, what that began from, and so on."""
        if self.started_from is None:
            return []
        earlier = self.started_from.record
        return [self.started_from, *(earlier.starts if earlier else ())]

    @property
    def told(self) -> dict[str, Any]:
        """What results files say of the training, and of those that it began from, the last one first."""
        starts = [
            {"name": one.name, "sha256": one.sha256} | (one.record.own if one.record else {})
            for one in self.starts
        ]
        return {**self.own, "starts": starts}

    @property
    def own(self) -> dict[str, Any]:
        """What results files say of this training alone."""
        return {name: getattr(self, name) for name in TOLD}

    @property
    def earlier(self) -> list[AdapterRecord]:
        """Records of the runs before this one whose weights it began from, the last run first."""
        return [start.record for start in self.starts if start.record]

    @property
    def is_of_demo(self) -> bool:
        """Whether this run trained on the demo norms."""
        return self.data.get("norms") == "demo"

    @property
    def is_demo(self) -> bool:
        """Whether this run or one before it, whose weights it began from, trained on the demo norms."""
        return any(one.is_of_demo for one in (self, *self.earlier))


def read_record(folder: Path | str) -> AdapterRecord | None:
    """The record in a folder of weights; None where there is none: they were trained elsewhere.

    Raises:
        AlignError: it cannot be read, or is damaged; says what is wrong in it.
    """
    path = Path(folder) / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AlignError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        return AdapterRecord.model_validate_json(content)
    except ValidationError as error:
        raise AlignError(
            f"{path} is damaged, or was written by another version of align-tasks: {first_mistake(error)}",
            hint="Train or download it again.",
        ) from error


def write_record(folder: Path, record: AdapterRecord) -> None:
    """Write the record of a folder, whole or not at all."""
    replace_file(folder / FILE, f"{record.model_dump_json(indent=1)}\n".encode())
