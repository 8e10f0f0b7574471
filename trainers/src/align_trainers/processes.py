"""The processes that train together."""

from __future__ import annotations

import os

from accelerate import PartialState

from align_tasks.errors import AlignError
from align_tasks.evaluation import default_device


def join_processes() -> PartialState:
    """Join the processes that ``accelerate launch`` or ``torchrun`` started; one alone where neither did.

    Raises:
        AlignError: a launcher started several, and they cannot work together.
    """
    state = PartialState(cpu=default_device() == "cpu")
    started = int(os.environ.get("WORLD_SIZE", "1"))
    if state.num_processes != started:
        raise AlignError(f"{started} processes were started, and {state.num_processes} work together")
    return state
