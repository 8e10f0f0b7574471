"""The model that is trained: loaded in the right number format, with an adapter or whole."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from align_tasks.adapters.start import check_adapter
from align_tasks.backends.output_layer import read_without_copies
from align_tasks.errors import DETAILS, AlignError, one_line
from align_trainers.start import put_on

Precision = Literal["fp32", "bf16", "fp16"]

TRAINED = "default"
"""The name that PEFT gives the adapter that is trained."""

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class AdapterShape:
    """A LoRA adapter (Hu et al. 2021, arXiv 2106.09685).

    Attributes:
        rank: of its two matrices.
        alpha: its output is scaled by alpha / rank.
        dropout: share of its inputs that are dropped while training.
        targets: ``all-linear``, or names of layers separated by commas.
    """

    rank: int
    alpha: int
    dropout: float
    targets: str

    @property
    def target_names(self) -> list[str] | None:
        """The names in `targets`; None for ``all-linear``."""
        if self.targets == "all-linear":
            return None
        return [name.strip() for name in self.targets.split(",") if name.strip()]


def load_tokenizer(model: str) -> Any:
    """The tokenizer of a model.

    Raises:
        AlignError: it cannot be loaded.
    """
    try:
        return AutoTokenizer.from_pretrained(model)
    except Exception as error:  # the libraries raise nearly everything
        raise AlignError(
            f"cannot load the tokenizer of {model!r}: {one_line(error)}", hint=DETAILS
        ) from error


def load_model(
    model: str,
    precision: Precision,
    *,
    adapter: AdapterShape | None,
    in_4bit: bool = False,
    start: Path | None = None,
) -> Any:
    """A causal language model to train.

    A base model under an adapter is kept in the number format of `precision`; a model that is trained whole
    is kept in float32, and computed in `precision`.

    Args:
        model: folder or hub name.
        precision: number format, see above.
        adapter: shape of a new adapter; None to train the whole model.
        in_4bit: keep the base model in 4 bits.
        start: folder of a LoRA adapter to go on with in place of a new one. It keeps its rank, alpha and
            targets, and takes its dropout from `adapter`, since that is no part of its weights.

    Raises:
        AlignError: it cannot be loaded, 4 bits are asked for without bitsandbytes, no layer has the name
            of a target of the adapter, the whole model is to be trained from an adapter, or as `put_on` says.
    """
    if start is not None:
        if adapter is None:
            raise AlignError(
                "a model that is trained whole has no adapter to start from",
                hint="Leave --adapter out, or train an adapter: --method lora",
            )
        check_adapter(start)
    options: dict[str, Any] = {"dtype": _DTYPES[precision] if adapter else torch.float32}
    if in_4bit:
        options["quantization_config"] = _in_4bit(precision)
    try:
        base = AutoModelForCausalLM.from_pretrained(model, **options)
    except Exception as error:  # the libraries raise nearly everything
        raise AlignError(f"cannot load the model {model!r}: {one_line(error)}", hint=DETAILS) from error
    if adapter is None:
        return base
    read_without_copies(base)
    return _with_adapter(base, adapter) if start is None else put_on(base, start, adapter)


def check_fits(model: Any, longest: int, highest_id: int, hint: str) -> None:
    """Refuse examples that a model cannot read.

    Args:
        longest: tokens of the longest example.
        highest_id: of all its tokens.
        hint: what helps against too long ones; ``{}`` stands for the number of positions.

    Raises:
        AlignError: it has too few positions, or the tokenizer is not its own.
    """
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if positions is not None and longest > positions:
        raise AlignError(
            f"examples have up to {longest} tokens, and the model has {positions} positions",
            hint=hint.format(positions),
        )
    words = model.get_input_embeddings().num_embeddings
    if highest_id >= words:
        raise AlignError(
            f"the tokenizer writes token {highest_id}, and the model knows {words} tokens",
            hint="Is it the tokenizer of another model?",
        )


def switch_off_dropout(model: Any) -> None:
    """Drop nothing while training, so that a model that learns computes what it computes when it samples."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if hasattr(module, "attention_dropout"):
            module.attention_dropout = 0.0


def sort_targets(config: Path) -> None:
    """Put the names of layers in an ``adapter_config.json`` in order: PEFT writes them in a random one."""
    content = json.loads(config.read_text(encoding="utf-8"))
    if isinstance(content["target_modules"], list):
        content["target_modules"].sort()
    config.write_text(json.dumps(content, indent=2, sort_keys=True), encoding="utf-8")


def _in_4bit(precision: Precision) -> Any:
    if importlib.util.find_spec("bitsandbytes") is None:
        raise AlignError(
            "load_in_4bit needs bitsandbytes, which is not installed",
            hint="pip install 'align-trainers[4bit]'",
        )
    make: Any = BitsAndBytesConfig
    return make(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=_DTYPES[precision],
    )


def _with_adapter(base: Any, shape: AdapterShape) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=shape.rank,
        lora_alpha=shape.alpha,
        lora_dropout=shape.dropout,
        target_modules=shape.targets if shape.target_names is None else shape.target_names,
    )
    try:
        return get_peft_model(base, config)
    except ValueError as error:
        raise AlignError(
            f"the adapter does not fit the model: {one_line(error)}", hint="See lora_targets."
        ) from error
