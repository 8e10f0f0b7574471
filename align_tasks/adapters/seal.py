"""Closing a folder of trained weights: cues, model card, and last of all the record."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_core import to_jsonable_python

from align_tasks import runs
from align_tasks.adapters import card, cues, record
from align_tasks.adapters.identity import CONFIG, identify_model, weight_files
from align_tasks.errors import AlignError
from align_tasks.files import replace_file, sha256_of

if TYPE_CHECKING:
    from align_tasks.adapters.start import Start
    from align_tasks.trainers import Trainer, TrainingJob, TrainingResult

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")
PACKAGES = ("align-tasks", "torch", "transformers", "peft", "trl", "accelerate")
_UNPUBLISHED = (runs.RECORD, record.FILE)  # the former holds paths of the machine
_RUN_SUFFIXES = (".lock", ".log", ".tmp")


def seal(
    job: TrainingJob, trainer: Trainer, result: TrainingResult, start: Start | None = None
) -> record.AdapterRecord:
    """Write the training cues, the model card and, last and at once, the record beside trained weights.

    A folder with a record is therefore whole, and the record holds the hash of everything else in it that is
    published. Sealing again writes the same files anew.

    Args:
        job: what the trainer was to do; its ``output`` holds a PEFT adapter or a whole model, as safetensors.
        trainer: that did it.
        result: what it learned from and how far it got.
        start: the adapter that it started from, as it was then; its cues are kept among the new ones.

    Returns:
        The record.

    Raises:
        AlignError: the folder holds no such weights, or pickled files, or cannot be written.
    """
    folder = job.output
    is_adapter = check_trained(folder)
    hashes = {cues.cue_hash(cue) for cue in result.cues}
    if start:
        hashes |= start.cues
    if not is_adapter:  # which holds what the model had learned before
        hashes |= cues.read_cues(Path(job.model)) or set()
    made = _record(job, trainer, result, hashes, start)
    text = card.card_text(
        card.Card(
            record=made,
            summary=trainer.summary,
            culture=job.culture,
            base_on_hub=not Path(job.model).is_dir(),
            is_adapter=is_adapter,
            has_curve=(folder / card.CURVE).is_file(),
        )
    )
    with _failing_as_told(folder):
        replace_file(folder / cues.FILE, cues.cues_text(hashes).encode())
        replace_file(folder / card.FILE, text.encode())
        made = made.model_copy(update={"files": {file.name: sha256_of(file) for file in published(folder)}})
        record.write_record(folder, made)
    return made


def check_trained(folder: Path) -> bool:
    """Whether a folder holds a PEFT adapter, and not a whole model.

    Raises:
        AlignError: it holds neither, as safetensors, or there are files that Python would have to unpickle.
    """
    pickles = sorted(file.name for file in folder.iterdir() if file.suffix in PICKLES)
    if pickles:
        raise AlignError(
            f"{folder} holds {', '.join(pickles)}: loading such a file can run anything",
            hint="A trainer leaves weights as safetensors only, and nothing else that is pickled.",
        )
    if (folder / record.ADAPTER_CONFIG).is_file():
        if (folder / record.ADAPTER_WEIGHTS).is_file():
            return True
        raise AlignError(f"the trainer left no {record.ADAPTER_WEIGHTS} in {folder}")
    if (folder / CONFIG).is_file() and weight_files(folder):
        return False
    raise AlignError(f"the trainer left neither an adapter nor a model in {folder}")


def published(folder: Path) -> list[Path]:
    """The files that belong to the weights, by name: not the run's own, such as checkpoints and logs."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file()
        and not file.name.startswith(".")
        and file.name not in _UNPUBLISHED
        and file.suffix not in _RUN_SUFFIXES
    )


def _record(
    job: TrainingJob, trainer: Trainer, result: TrainingResult, hashes: set[str], start: Start | None
) -> record.AdapterRecord:
    """The record but for the hashes of the files."""
    from align_tasks.plugins.loading import loaded

    origin = loaded().origin_of(trainer)
    about_cues = {"training_cues": len(hashes), "cues_fingerprint": cues.cues_fingerprint(hashes)}
    return record.AdapterRecord(
        trainer=trainer.name,
        plugin=f"{origin.distribution} {origin.version}",
        culture=job.culture.name,
        language=job.culture.language,
        base_model=identify_model(job.model),
        recipe=job.recipe.model_dump(mode="json"),
        steps=result.steps,
        metrics={name: _finite(value) for name, value in result.metrics.items()},
        data=to_jsonable_python(dict(result.data), fallback=str) | about_cues,
        versions=_versions(origin.distribution),
        files={},
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        started_from=start.origin if start else None,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _versions(plugin: str) -> dict[str, str]:
    """Versions of the packages that took part, those that are installed, and of Python."""
    found = {}
    for package in dict.fromkeys((*PACKAGES, plugin)):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"python": platform.python_version()}


@contextmanager
def _failing_as_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AlignError(
            f"cannot write to {folder}: {error.strerror or error}; the weights are there, the record is not",
            hint="Make room; the same command again goes on from where it stopped.",
        ) from error
