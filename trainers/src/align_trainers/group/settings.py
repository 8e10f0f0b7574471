"""TRL's settings that a recipe stands for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trl import GRPOConfig, RLOOConfig

from align_tasks.errors import AlignError
from align_tasks.evaluation import default_device
from align_trainers.group.recipe import GroupRecipe, GRPORecipe, RLOORecipe
from align_trainers.loggers import loggers
from align_trainers.processes import sharding


@dataclass(frozen=True)
class Sizes:
    """How the answers of a step are divided.

    Attributes:
        micro_batch: answers that a process computes at once.
        accumulation: micro batches of a process in an optimizer update.
        rollout: micro batches of a process in the answers of a step.
        updates: optimizer updates in a step, which is what TRL calls steps.
    """

    micro_batch: int
    accumulation: int
    rollout: int
    updates: int


def sizes(recipe: GroupRecipe, processes: int) -> Sizes:
    """How processes share the answers of a step.

    Raises:
        AlignError: they cannot share them equally.
    """
    if recipe.minibatch_size % processes:
        raise AlignError(
            f"{processes} processes cannot share a minibatch of {recipe.minibatch_size} answers equally"
        )
    share = recipe.minibatch_size // processes
    micro = max(size for size in range(1, share + 1) if share % size == 0 and size <= recipe.micro_batch_size)
    minibatches = recipe.rollout_batch_size // recipe.minibatch_size
    return Sizes(micro, share // micro, minibatches * share // micro, minibatches * recipe.epochs)


def settings(recipe: GroupRecipe, checkpoints: Path, processes: int) -> GRPOConfig | RLOOConfig:
    """TRL's settings; its steps are the optimizer updates of ours.

    Args:
        checkpoints: folder for them.
        processes: how many share each step.

    Raises:
        AlignError: settings do not go together.
    """
    if sharding():
        raise AlignError("GRPO and RLOO do not train under FSDP or DeepSpeed", hint="Leave them out.")
    common = _common(recipe, checkpoints, sizes(recipe, processes))
    if isinstance(recipe, GRPORecipe):
        return GRPOConfig(**common, scale_rewards=recipe.scale_rewards)
    assert isinstance(recipe, RLOORecipe)
    return RLOOConfig(**common, normalize_advantages=recipe.normalise_advantages)


def _common(recipe: GroupRecipe, checkpoints: Path, size: Sizes) -> dict[str, Any]:
    device = default_device()
    is_measured = recipe.validation_cues > 0
    is_best_kept = recipe.keep == "spearman"
    every = recipe.validate_every * size.updates
    return {
        "output_dir": str(checkpoints),
        "run_name": checkpoints.parent.name,
        "per_device_train_batch_size": size.micro_batch,
        "per_device_eval_batch_size": recipe.samples_per_question,
        "gradient_accumulation_steps": size.accumulation,
        "steps_per_generation": size.rollout,
        "num_generations": recipe.samples_per_question,
        "num_iterations": recipe.epochs,
        "max_steps": recipe.max_steps * size.updates,
        "max_completion_length": recipe.max_new_tokens,
        "temperature": recipe.temperature,
        "beta": recipe.kl_coefficient,
        "epsilon": recipe.clip_range,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule,
        "warmup_steps": int(recipe.warmup * recipe.max_steps * size.updates),
        "weight_decay": 0.0,
        "max_grad_norm": recipe.max_grad_norm,
        "seed": recipe.seed,
        "bf16": recipe.precision == "bf16",
        "gradient_checkpointing": recipe.gradient_checkpointing,
        "disable_dropout": True,
        "logging_steps": size.updates,
        "logging_nan_inf_filter": False,
        "eval_strategy": "steps" if is_measured else "no",
        "eval_steps": every if is_measured else None,
        "save_strategy": "steps",
        "save_steps": every,
        "save_total_limit": 2,
        "load_best_model_at_end": is_best_kept,
        "metric_for_best_model": "eval_spearman" if is_best_kept else None,
        "greater_is_better": True if is_best_kept else None,
        "report_to": loggers(recipe.report_to),
        "disable_tqdm": True,
        "use_cpu": device == "cpu",
        "dataloader_pin_memory": device == "cuda",
        "ddp_find_unused_parameters": False,
    }
