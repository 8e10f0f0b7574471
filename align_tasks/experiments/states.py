"""What became of each step: a small file for each, written by the process that carries it out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from align_tasks.files import replace_file

PLAN = "steps.json"
FOLDER = "steps"
LOGS = "logs"

State = Literal["running", "finished", "failed"]


@dataclass(frozen=True)
class StepState:
    """How far a step got.

    Attributes:
        key: of the step.
        state: of its last start.
        started, ended: seconds since 1970; None where it has not ended.
        status: exit status of its command; None where there is none.
        starts: how often it was started under this key.
        peak_memory: bytes that the largest process of its last start had in memory; None where not measured.
    """

    key: str
    state: State
    started: float
    ended: float | None = None
    status: int | None = None
    starts: int = 1
    peak_memory: int | None = None


def write_state(output: Path, name: str, state: StepState) -> None:
    """Note what became of a step."""
    file = _file(output, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, json.dumps(asdict(state)).encode())


def read_state(output: Path, name: str) -> StepState | None:
    """What was noted; None where nothing was, or where it cannot be read."""
    try:
        return StepState(**json.loads(_file(output, name).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def lock_file(output: Path, name: str) -> Path:
    """Locked by the processes that work on a step, for as long as one of them lives."""
    return output / FOLDER / f"{name}.lock"


def log_file(output: Path, name: str) -> Path:
    """The log of a step, to which each start adds."""
    return output / LOGS / f"{name}.log"


def last_line(output: Path, name: str, longest: int = 200) -> str:
    """What a step told last."""
    try:
        with log_file(output, name).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 4096))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    return lines[-1][:longest] if lines else ""


def _file(output: Path, name: str) -> Path:
    return output / FOLDER / f"{name}.json"
