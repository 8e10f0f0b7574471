"""The checkpoints of a run: which one it goes on from."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accelerate import PartialState

from align_tasks.errors import AlignError
from align_tasks.files import replace_file
from align_trainers.processes import sharding

COMPLETE = "complete"
"""A file that stands in a checkpoint once it is whole, and holds the `sharding` by which it was written."""
DATA = "data.sha256"
SHARDINGS = {"": "without FSDP and DeepSpeed", "fsdp": "under FSDP", "deepspeed": "under DeepSpeed"}
FULL = 16 * 2**20  # bytes: a disk with less room than this is full


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint of the latest step that is whole; None where there is none."""
    whole = [path for path in folder.glob("checkpoint-*") if (path / COMPLETE).exists()]
    return max(whole, key=step_of, default=None)


def remove_torn(folder: Path) -> None:
    """Remove the checkpoints that were being written when a run was killed."""
    for path in folder.glob("checkpoint-*"):
        if not (path / COMPLETE).exists():
            shutil.rmtree(path)


def mark_whole(checkpoint: Path) -> None:
    """Mark a checkpoint of which every process has written its part."""
    replace_file(checkpoint / COMPLETE, sharding().encode())


def step_of(checkpoint: Path) -> int:
    """The step after which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


def to_go_on_from(folder: Path, data: str) -> Path | None:
    """The checkpoint that a run goes on from; None where it begins. Torn ones are removed.

    Args:
        folder: of the checkpoints.
        data: fingerprint of what is learned, which must be the same from beginning to end.

    Raises:
        AlignError: the data are others than when the run began, or the weights were spread over processes
            otherwise.
    """
    state = PartialState()
    if state.is_main_process:
        folder.mkdir(parents=True, exist_ok=True)
        remove_torn(folder)
        _check_data(folder / DATA, data)
    state.wait_for_everyone()
    last = last_checkpoint(folder)
    if last:
        _check_sharding(last)
    return last


def _check_data(file: Path, data: str) -> None:
    if not file.exists():
        replace_file(file, data.encode())
    elif file.read_text() != data:
        raise AlignError(
            f"the training data are not those with which the run in {file.parent.parent} began",
            hint="Were norms imported anew, or a mixed file changed? Name another --output.",
        )


def _check_sharding(checkpoint: Path) -> None:
    there, here = (checkpoint / COMPLETE).read_text(), sharding()
    if there != here:
        raise AlignError(
            f"the run in {checkpoint.parent.parent} began {SHARDINGS[there]}, "
            f"and cannot go on {SHARDINGS[here]}",
            hint="Start it by the same accelerate configuration, or name another --output.",
        )


@contextmanager
def telling_of_full_disk(output: Path, checkpoints: Path) -> Iterator[None]:
    """Tell of a full disk as such, whichever library found out, and where the run will go on."""
    try:
        yield
    except AlignError:
        raise
    except Exception as error:  # tokenizers raises no other kind
        is_full = getattr(error, "errno", None) == errno.ENOSPC or shutil.disk_usage(output).free < FULL
        if not is_full:
            raise
        last = last_checkpoint(checkpoints)
        where = f"goes on from step {step_of(last)}" if last else "begins anew"
        raise AlignError(
            f"the disk of {output} is full", hint=f"Make room; then the same command {where}."
        ) from error
