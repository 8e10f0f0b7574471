"""What each task notices about the weights that it evaluates, whoever runs it: `align eval` or lm-eval."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from align_tasks.adapters.cues import cue_hash, read_cues
from align_tasks.files import sha256_of

WEIGHTS = ("pretrained", "peft")
"""lm-eval's arguments that name the model and the adapter; it puts both into the metadata of the tasks."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainedCues:
    """The test cues of a task that weights were trained on.

    Attributes:
        task: its name.
        weights: which they are, as in `WEIGHTS`.
        asked: how many test cues the task has.
        cues: those that the weights were trained on.
    """

    task: str
    weights: str
    asked: int
    cues: frozenset[str]

    @property
    def problem(self) -> str | None:
        """What an evaluation should tell of them, in plain words; None where there are no such cues."""
        if not self.cues:
            return None
        return (
            f"trained on {len(self.cues)} of the {self.asked} test cues of {self.task}: its figures are not "
            "those of unseen cues"
        )


def trained_on_demo(metadata: Mapping[str, Any]) -> bool:
    """Whether the model or the adapter was trained on the demo norms, as far as a record tells.

    Raises:
        AlignError: a record is damaged.
    """
    from align_tasks.adapters.record import read_record

    records = [read_record(folder) for folder in _folders(metadata).values()]
    return any(record.is_demo for record in records if record)


def adapter_sha256(metadata: Mapping[str, Any]) -> str | None:
    """SHA-256 of the adapter's weights; None without an adapter, or where its folder is not at hand."""
    from align_tasks.adapters.check import adapter_weights

    folder = _folders(metadata).get("peft")
    weights = adapter_weights(folder) if folder else None
    return sha256_of(weights) if weights else None


def _folders(metadata: Mapping[str, Any]) -> dict[str, Path]:
    """Folders of the model and the adapter, as far as they are such, by their names in `WEIGHTS`."""
    named = {name: metadata[name] for name in WEIGHTS if isinstance(metadata.get(name), str)}
    return {name: Path(folder) for name, folder in named.items() if Path(folder).is_dir()}


def find_trained_cues(task: str, test_cues: Iterable[str], metadata: Mapping[str, Any]) -> list[TrainedCues]:
    """Look for test cues that the evaluated weights were trained on, and warn in the log of those that are.

    Args:
        task: its name.
        test_cues: normalised.
        metadata: of the task, with the arguments of lm-eval's model.

    Returns:
        One for the model and one for the adapter, as far as a file beside the weights tells their cues.

    Raises:
        AlignError: such a file cannot be read.
    """
    asked = frozenset(test_cues)
    found = []
    for name, folder in _folders(metadata).items():
        hashes = read_cues(folder)
        if hashes is None:
            continue
        cues = frozenset(cue for cue in asked if cue_hash(cue) in hashes)
        one = TrainedCues(task, name, len(asked), cues)
        if one.problem:
            logger.warning("%s: %s", folder, one.problem)
        found.append(one)
    return found
