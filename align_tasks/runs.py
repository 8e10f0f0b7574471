"""A run: what is trained, recorded in the folder that belongs to it alone.

``run.json``    written first: trainer, model, culture and recipe of the run
``align.json``  written last, see `align_tasks.adapters`: the run is finished
``.lock``       held by the process that works in the folder, and free as soon as that process is gone
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from align_tasks.errors import AlignError
from align_tasks.files import replace_file, sha256_of
from align_tasks.settings import as_text
from align_tasks.trainers import Trainer, TrainingJob

RECORD = "run.json"
FINISHED = "align.json"
LOCK = ".lock"
NAME_ANOTHER = "Name another folder in --output, or remove this one if you do not need it."

State = Literal["new", "unfinished", "finished"]


@dataclass(frozen=True)
class Run:
    """What is trained: two runs are the same if all of this is.

    Attributes:
        trainer: its name.
        model: hub name, or absolute path of the folder.
        culture: its name.
        recipe: every setting, as JSON has it.
        adapter_sha256: of the weights of the adapter that it starts from, wherever that lies; None for none.
    """

    trainer: str
    model: str
    culture: str
    recipe: Mapping[str, Any]
    adapter_sha256: str | None = None

    @classmethod
    def of(cls, trainer: Trainer, job: TrainingJob) -> Run:
        """The run that does a job, whose adapter to start from is there, see `align_tasks.adapters.start`."""
        from align_tasks.adapters.record import ADAPTER_WEIGHTS

        model = os.path.realpath(job.model) if Path(job.model).exists() else job.model
        start = sha256_of(job.adapter / ADAPTER_WEIGHTS) if job.adapter else None
        return cls(trainer.name, model, job.culture.name, job.recipe.model_dump(mode="json"), start)

    def state(self, folder: Path) -> State:
        """How far this run got in a folder, which is only looked at; new where it is empty or not there.

        Raises:
            AlignError: the folder holds another run, and then how it differs, or anything else.
        """
        names = _names(folder)
        if not names:
            return "new"
        if RECORD not in names:
            raise AlignError(f"the output folder {folder} is not empty, and holds no run", hint=NAME_ANOTHER)
        if differences := list(self._differences(_read(folder / RECORD))):
            told = "\n  ".join([f"the output folder {folder} holds another run:", *differences])
            raise AlignError(told, hint=NAME_ANOTHER)
        return "finished" if FINISHED in names else "unfinished"

    @contextmanager
    def held(self, folder: Path) -> Iterator[None]:
        """Make the folder this run's, and keep other processes out of it.

        A run that fails before the trainer wrote anything leaves no record: another recipe may follow.

        Raises:
            AlignError: the folder cannot be written, another process works in it, or as `state` says.
        """
        with _locked(folder):
            if self.state(folder) == "finished":
                raise AlignError(f"another process has just finished the run in {folder}")
            with _failing_as_told(folder):
                replace_file(folder / RECORD, _content(asdict(self)))
            try:
                yield
            except BaseException:
                with suppress(OSError):
                    if set(os.listdir(folder)) == {RECORD, LOCK}:
                        (folder / RECORD).unlink()
                raise

    def _differences(self, there: Mapping[str, Any]) -> Iterator[str]:
        """Each setting that another run has otherwise."""
        ours, theirs = _flat(asdict(self)), _flat({"adapter_sha256": None} | dict(there))
        for name in dict.fromkeys((*ours, *theirs)):
            if ours.get(name, _flat) != theirs.get(name, _flat):
                values = (as_text(one[name]) if name in one else "not set" for one in (theirs, ours))
                yield "{}: {} there, {} here".format(name, *values)


def is_first_process() -> bool:
    """Whether this process is the only one, or the first of a distributed run, which alone writes."""
    return os.environ.get("RANK", "0") == "0"


def _names(folder: Path) -> list[str]:
    """What is in a folder, but for the lock and for records that were not written whole."""
    try:
        return [name for name in os.listdir(folder) if name != LOCK and not name.startswith(f".{RECORD}.")]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AlignError(f"cannot use {folder} as a folder: {error.strerror or error}") from error


def _flat(run: Mapping[str, Any]) -> dict[str, Any]:
    recipe = run.get("recipe")
    rest = {name: value for name, value in run.items() if name != "recipe"}
    return rest | (recipe if isinstance(recipe, dict) else {})


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise AlignError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise AlignError(f"{path} is damaged", hint=NAME_ANOTHER)
    return found


def _content(run: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(run, ensure_ascii=False, indent=1)}\n".encode()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    with _failing_as_told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise AlignError(f"another process is training in {folder} right now") from error
    try:
        yield
    finally:
        with suppress(OSError):  # some systems remove no file that is open
            (folder / LOCK).unlink(missing_ok=True)
        lock.release()


@contextmanager
def _failing_as_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AlignError(f"cannot write to {folder}: {error.strerror or error}") from error
