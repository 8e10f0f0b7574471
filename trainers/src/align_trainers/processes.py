"""The processes that train together."""

from __future__ import annotations

import logging
import os
from typing import Any

from accelerate import DistributedType, PartialState
from transformers.utils.logging import disable_progress_bar

from align_tasks.errors import AlignError
from align_tasks.evaluation import default_device

ONE_OF_SEVERAL = {"ACCELERATE_USE_CPU", "MASTER_ADDR"}
"""Variables that ``accelerate launch`` sets where it was to start several processes, and started one."""
CPU_CONFIG = 'accelerate launch --config_file "$(python -m align_trainers.accelerate)/cpu.yaml" …'


def join_processes() -> PartialState:
    """Join the processes that ``accelerate launch`` or ``torchrun`` started; one alone where neither did.

    Only the first one warns and shows progress. A number format that was told to the launcher does not count:
    recipes tell it.

    Raises:
        AlignError: a launcher was to start several, and they do not work together as it was told.
    """
    os.environ["ACCELERATE_MIXED_PRECISION"] = "no"
    state = PartialState(cpu=default_device() == "cpu")
    started = int(os.environ.get("WORLD_SIZE", "1"))
    if state.num_processes != started:
        raise AlignError(f"{started} processes were started, and {state.num_processes} work together")
    if "RANK" not in os.environ and os.environ.keys() >= ONE_OF_SEVERAL:
        raise AlignError(
            "accelerate launch was to start several processes, and started one",
            hint=f"Without GPUs it starts several by our cpu.yaml: {CPU_CONFIG}",
        )
    if sharding() == "fsdp" and state.distributed_type == DistributedType.MULTI_CPU:
        raise AlignError("accelerate does FSDP on GPUs only", hint=f"On CPUs: {CPU_CONFIG}")
    if not state.is_main_process:
        logging.disable(logging.WARNING)
        hide: Any = disable_progress_bar
        hide()
    return state


def sharding() -> str:
    """What spreads the weights over processes: ``fsdp`` or ``deepspeed``; empty where each has them all."""
    kinds = ("fsdp", "deepspeed")
    return next((kind for kind in kinds if os.environ.get(f"ACCELERATE_USE_{kind.upper()}") == "true"), "")
