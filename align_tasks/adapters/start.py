"""The adapter that training starts from: what it is, and what it has learned before."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from align_tasks.adapters import cues
from align_tasks.adapters.identity import identify_model, is_same_model
from align_tasks.adapters.record import (
    ADAPTER_CONFIG,
    ADAPTER_WEIGHTS,
    AdapterRecord,
    StartedFrom,
    read_record,
)
from align_tasks.errors import AlignError
from align_tasks.files import sha256_of

_READ = (ADAPTER_CONFIG, ADAPTER_WEIGHTS, cues.FILE)
ANOTHER = "Train or download it again, or name another one."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """An adapter that training starts from.

    Attributes:
        origin: what the record of the training says of it.
        cues: hashes of the cues that it was trained on, as far as is known.
    """

    origin: StartedFrom
    cues: frozenset[str]


def check_adapter(folder: Path) -> None:
    """Refuse a folder without an adapter whose weights are safetensors.

    Raises:
        AlignError: it is none; says what is missing.
    """
    if not folder.is_dir():
        raise AlignError(f"no adapter in {str(folder)!r}: there is no such folder")
    if not (folder / ADAPTER_CONFIG).is_file():
        raise AlignError(f"no adapter in {str(folder)!r}: {ADAPTER_CONFIG} is not there")
    if (folder / ADAPTER_WEIGHTS).is_file():
        return
    pickles = sorted(folder.glob("adapter_model.bin"))
    if pickles:
        raise AlignError(
            f"{folder} holds {pickles[0].name}: loading such a file can run anything",
            hint=f"Training starts from safetensors only: {ADAPTER_WEIGHTS}",
        )
    raise AlignError(f"no adapter in {str(folder)!r}: its weights are gone: {ADAPTER_WEIGHTS}")


def read_start(folder: Path, model: str) -> Start:
    """What is known of an adapter to start from; warns in the log where that is little.

    Args:
        folder: of the adapter.
        model: folder or hub name of the model that it is put on.

    Raises:
        AlignError: there is no such adapter, it was changed since its training ended, its record is damaged,
            or it was trained on another model.
    """
    check_adapter(folder)
    known = read_record(folder)
    sha256 = sha256_of(folder / ADAPTER_WEIGHTS)
    if known is None:
        logger.warning(
            "%s: trained elsewhere, so nothing is known of what it was trained on before, nor of which model",
            folder,
        )
    else:
        _check_unchanged(folder, known)
        _check_base(folder, known, model)
    name = folder.resolve().name
    return Start(StartedFrom(name=name, sha256=sha256, record=known), cues.read_cues(folder) or frozenset())


def _check_unchanged(folder: Path, known: AdapterRecord) -> None:
    for name in _READ:
        file = folder / name
        if name in known.files and not (file.is_file() and sha256_of(file) == known.files[name]):
            what = "was changed" if file.is_file() else "is missing"
            raise AlignError(f"{file} {what} since the training of this adapter ended", hint=ANOTHER)


def _check_base(folder: Path, known: AdapterRecord, model: str) -> None:
    base, here = known.base_model, identify_model(model)
    same = is_same_model(base, here)
    if same is None:
        logger.warning(
            "%s: trained on %s, and whether %s is the same cannot be told", folder, base.name, model
        )
    if same is False:
        raise AlignError(
            f"the adapter in {folder} was trained on the model {base.told}, and {here.told} is another",
            hint="Name the model that it was trained on.",
        )
