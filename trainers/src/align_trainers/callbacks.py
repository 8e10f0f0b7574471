"""What a run does beside its steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tqdm import tqdm
from transformers import TrainerCallback

from align_tasks.errors import AlignError

SHOWN = {"loss": "loss", "eval_loss": "held-out loss", "eval_p_at_5": "held-out P@5"}


class Progress(TrainerCallback):
    """A progress bar on standard error, with the latest figures.

    Args:
        shown: names of the figures, each with that which is shown.
        updates: optimizer updates in a step.
    """

    def __init__(self, shown: Mapping[str, str] = SHOWN, updates: int = 1) -> None:
        self._shown = shown
        self._updates = updates
        self._bar: Any = None
        self._figures: dict[str, str] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.is_world_process_zero:
            self._bar = tqdm(
                total=state.max_steps // self._updates,
                initial=state.global_step // self._updates,
                desc="Training",
                unit=" steps",
            )

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._bar is not None:
            self._bar.update(state.global_step // self._updates - self._bar.n)

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        self._figures |= {
            self._shown[name]: f"{value:.3f}" for name, value in (logs or {}).items() if name in self._shown
        }
        if self._bar is not None:
            self._bar.set_postfix(self._figures)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._bar is not None:
            self._bar.close()


class StopWhereNotFinite(TrainerCallback):
    """Ends a run whose loss or gradient is no number any more, before such weights are saved.

    Args:
        updates: optimizer updates in a step.
    """

    def __init__(self, updates: int = 1) -> None:
        self._updates = updates

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        for name in ("loss", "grad_norm", "eval_loss"):
            if not math.isfinite((logs or {}).get(name, 0.0)):
                step = state.global_step // self._updates
                raise AlignError(
                    f"training diverged: {name} is {(logs or {})[name]} after step {step}",
                    hint="Take a lower learning_rate, and another --output.",
                )


class Patience(TrainerCallback):
    """Stops after so many measurements without a better one.

    They are counted in the log, which a checkpoint keeps: the library's own callback forgets its count when a
    run is interrupted.
    """

    def __init__(self, measurements: int) -> None:
        self._measurements = measurements

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        best = state.best_global_step or 0
        worse = {row["step"] for row in state.log_history if "eval_loss" in row and row["step"] > best}
        if len(worse) >= self._measurements:
            control.should_training_stop = True


class MeasureAtTheEnd(TrainerCallback):
    """Has the last step measured, too, wherever it falls."""

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step >= state.max_steps and args.eval_strategy != "no":
            control.should_evaluate = True
