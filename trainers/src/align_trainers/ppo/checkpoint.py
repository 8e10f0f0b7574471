"""What a PPO run needs to go on: adapter, value head, optimizer, price of divergence, and its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

from align_trainers.checkpoints import mark_whole
from align_trainers.model import TRAINED
from align_trainers.ppo.trainer import PPOTrainer

ADAPTER, VALUE_HEAD, OPTIMIZER, STATE = (
    "adapter.safetensors",
    "value_head.safetensors",
    "optimizer.pt",
    "state.json",
)

Log = list[dict[str, Any]]


def save_checkpoint(trainer: PPOTrainer, log: Log, folder: Path) -> None:
    """Write a checkpoint of the step to which a run got; it counts once it is whole.

    Args:
        folder: of all checkpoints.
    """
    path = folder / f"checkpoint-{trainer.step}"
    path.mkdir(parents=True, exist_ok=True)
    model = trainer.policy.model
    save_file(
        get_peft_model_state_dict(model, adapter_name=TRAINED, save_embedding_layers=False), path / ADAPTER
    )
    save_file(trainer.policy.value_head.state_dict(), path / VALUE_HEAD)
    states = {"optimizer": trainer.optimizer.state_dict(), "scheduler": trainer.scheduler.state_dict()}
    torch.save(states, path / OPTIMIZER)
    state = {"step": trainer.step, "kl_coefficient": trainer.price.coefficient, "log": log}
    (path / STATE).write_text(json.dumps(state), encoding="utf-8")
    mark_whole(path)


def load_checkpoint(trainer: PPOTrainer, path: Path) -> Log:
    """Bring a trainer to where a checkpoint was written; returns the log up to there."""
    load_adapter(trainer.policy.model, path)
    trainer.policy.value_head.load_state_dict(load_file(path / VALUE_HEAD))
    states = torch.load(path / OPTIMIZER, map_location=trainer.policy.device, weights_only=True)
    trainer.optimizer.load_state_dict(states["optimizer"])
    trainer.scheduler.load_state_dict(states["scheduler"])
    state = json.loads((path / STATE).read_text(encoding="utf-8"))
    trainer.step, trainer.price.coefficient = state["step"], state["kl_coefficient"]
    log: Log = state["log"]
    return log


def load_adapter(model: Any, path: Path) -> None:
    """Give the adapter that learns the weights of a checkpoint."""
    set_peft_model_state_dict(model, load_file(path / ADAPTER), adapter_name=TRAINED)
