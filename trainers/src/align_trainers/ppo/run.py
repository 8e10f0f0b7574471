"""The steps of a run one after the other, with its measurements and checkpoints."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accelerate import PartialState
from tqdm import tqdm

from align_tasks.errors import AlignError
from align_trainers.checkpoints import step_of
from align_trainers.ppo.checkpoint import Log, save_checkpoint
from align_trainers.ppo.trainer import Figures, PPOTrainer

SHOWN = {"spearman": "Spearman", "invalid": "invalid", "kl": "KL", "eval_spearman": "held-out Spearman"}


def run(
    trainer: PPOTrainer,
    log: Log,
    *,
    measure: Callable[[], Figures],
    tell: Callable[[Figures, int], None],
    every: int,
    checkpoints: Path,
) -> None:
    """Take the steps that are left; measure, and write a checkpoint, every so often and at the end.

    Args:
        log: a row of figures for each step, which grows.
        measure: figures on held-out cues.
        tell: passes the figures of a step on to other loggers.
        every: steps between measurements.
        checkpoints: folder for them.

    Raises:
        AlignError: the run diverged.
    """
    last = trainer.config.max_steps
    is_first = PartialState().is_main_process
    with tqdm(
        total=last, initial=trainer.step, desc="Training", unit=" steps", disable=not is_first
    ) as progress:
        while trainer.step < last:
            row = {"step": trainer.step + 1, **trainer.take_step()}
            _check_finite(row)
            log.append(row)
            if trainer.step % every == 0 or trainer.step == last:
                row |= measure()
                if is_first:
                    save_checkpoint(trainer, log, checkpoints)
                    _remove_old(checkpoints, {trainer.step, best_row(log)["step"]})
            tell({name: value for name, value in row.items() if name != "step"}, trainer.step)
            progress.update()
            progress.set_postfix({SHOWN[name]: f"{row[name]:.3f}" for name in SHOWN if name in row})


def best_row(log: Log) -> dict[str, Any]:
    """The row of the step, after the first measurement, with the highest Spearman on held-out cues."""
    measured = [row for row in log if row["step"] and "eval_spearman" in row]
    return max(measured, key=lambda row: row["eval_spearman"], default=log[-1])


def kept_row(log: Log, keep: str) -> dict[str, Any]:
    """The row of the step whose weights become the adapter."""
    return log[-1] if keep == "last" else best_row(log)


def _check_finite(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if not math.isfinite(value):
            raise AlignError(
                f"training diverged: {name} is {value} after step {row['step']}",
                hint="Take a lower learning_rate or a higher kl_coefficient, and another --output.",
            )


def _remove_old(checkpoints: Path, kept: set[int]) -> None:
    """Remove all checkpoints but those of some steps and the one before the last."""
    whole = sorted(checkpoints.glob("checkpoint-*"), key=step_of)
    for path in whole[:-2]:
        if step_of(path) not in kept:
            shutil.rmtree(path)
