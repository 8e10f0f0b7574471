from __future__ import annotations

from types import SimpleNamespace

import pytest

from align_trainers.callbacks import Patience

LOG = [
    {"step": 0, "eval_loss": 9.0},
    {"step": 5, "eval_loss": 3.0},
    {"step": 6, "loss": 2.5},
    {"step": 10, "eval_loss": 3.2},
    {"step": 15, "eval_loss": 3.1},
]


@pytest.mark.parametrize(("patience", "best", "stops"), [(2, 5, True), (3, 5, False), (1, 15, False)])
def test_measurements_since_the_best_are_counted_in_the_log(patience: int, best: int, stops: bool) -> None:
    """The log is what a checkpoint keeps, so an interruption does not set the count back."""
    control = SimpleNamespace(should_training_stop=False)
    Patience(patience).on_save(None, SimpleNamespace(best_global_step=best, log_history=LOG), control)
    assert control.should_training_stop == stops
