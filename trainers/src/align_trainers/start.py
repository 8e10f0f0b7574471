"""An adapter that training starts from, put on its base model."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers.pytorch_utils import Conv1D

from align_tasks.adapters.record import ADAPTER_WEIGHTS
from align_tasks.errors import AlignError, one_line
from align_tasks.runs import is_first_process

if TYPE_CHECKING:
    from align_trainers.model import AdapterShape

logger = logging.getLogger(__name__)


def put_on(base: Any, folder: Path, shape: AdapterShape) -> Any:
    """A model with the LoRA adapter of a folder on it, to be trained on, under the name ``default``.

    It keeps its rank, alpha and targets; where `shape` has others, the log says so.

    Args:
        base: the model that the adapter was trained on.
        folder: of the adapter, with its weights as safetensors, see `align_tasks.adapters.start`.
        shape: of which only the dropout counts.

    Raises:
        AlignError: it is no LoRA adapter, its files are damaged, or it does not fit the model.
    """
    from peft import PeftModel

    config = _config(folder, shape.dropout, base.name_or_path)
    linear = _linear_layers(base)
    names = _tensor_names(folder / ADAPTER_WEIGHTS)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Found missing adapter keys")  # which are an error below
            warnings.filterwarnings("ignore", ".*gradient_checkpointing.* is deprecated", FutureWarning)
            model = PeftModel.from_pretrained(
                base, str(folder), config=config, is_trainable=True, torch_device="cpu"
            )
    except (RuntimeError, ValueError) as error:
        last = str(error).strip().rpartition("\n")[2]  # the lines before say less
        raise _misfit(folder, last.strip()) from error
    _check_names(folder, names, model)
    differences = list(_differences(config, names, shape, linear))
    if differences and is_first_process():
        logger.warning("the adapter in %s keeps its own shape: %s", folder, "; ".join(differences))
    return model


def _config(folder: Path, dropout: float, base: str) -> Any:
    """PEFT's configuration of the adapter, with the dropout and the name of the base model of this run."""
    from peft import LoraConfig, PeftConfig

    try:
        config = PeftConfig.from_pretrained(str(folder))
    except Exception as error:  # PEFT raises nearly everything
        raise AlignError(
            f"cannot read adapter_config.json in {folder}: {one_line(error)}", hint="Is it damaged?"
        ) from error
    if not isinstance(config, LoraConfig):
        raise AlignError(f"training starts from LoRA adapters only, and {folder} holds a {config.peft_type}")
    config.lora_dropout = dropout
    config.base_model_name_or_path = base
    return config


def _tensor_names(file: Path) -> set[str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as tensors:
            return set(tensors.keys())
    except (OSError, SafetensorError) as error:
        raise AlignError(
            f"cannot read {file}: {one_line(error)}", hint="Train or download it again."
        ) from error


def _check_names(folder: Path, names: set[str], model: Any) -> None:
    """Refuse an adapter some of whose matrices have no place in the model, or that lacks some."""
    from peft import get_peft_model_state_dict

    wanted = get_peft_model_state_dict(model, save_embedding_layers=False)
    odd = {name for name in names ^ wanted.keys() if ".lora_" in name}
    if odd:
        where = "its file alone" if min(odd) in names else "the model alone"
        raise _misfit(folder, f"{len(odd)} matrices have no counterpart, such as {min(odd)} in {where}")


def _misfit(folder: Path, why: str) -> AlignError:
    return AlignError(
        f"the adapter in {folder} does not fit the model: {why}",
        hint="Name the model that it was trained on.",
    )


def _linear_layers(base: Any) -> set[str]:
    """Names, without where they are, of the layers that ``all-linear`` stands for."""
    output = base.get_output_embeddings()
    return {
        name.rpartition(".")[2]
        for name, module in base.named_modules()
        if isinstance(module, (torch.nn.Linear, Conv1D)) and module is not output
    }


def _differences(config: Any, names: set[str], shape: AdapterShape, linear: set[str]) -> Iterator[str]:
    """Each setting of the recipe that the adapter has otherwise."""
    there = {name.partition(".lora_")[0].rpartition(".")[2] for name in names if ".lora_" in name}
    wanted = linear if shape.target_names is None else {one.rpartition(".")[2] for one in shape.target_names}
    if config.r != shape.rank:
        yield f"lora_rank {config.r}, and not {shape.rank} as in the recipe"
    if config.lora_alpha != shape.alpha:
        yield f"lora_alpha {config.lora_alpha}, and not {shape.alpha} as in the recipe"
    if there != wanted:
        yield f"lora_targets {','.join(sorted(there))}, and not {shape.targets} as in the recipe"
