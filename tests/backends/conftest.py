"""Tiny models in lm-eval's terms, and requests to ask them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from align_tasks.backends.shared import SharedPrefixLM

CUES = ("tea", "teapot", "dog", "a long walk")
INSTRUCTION = "Which word comes to mind?\n"


@pytest.fixture(scope="session")
def hf(tiny_model: Path) -> HFLM:
    """Plain lm-eval, one text at a time."""
    return HFLM(str(tiny_model), device="cpu", batch_size=1, dtype="float32")


@pytest.fixture
def shared(tiny_model: Path) -> Callable[..., SharedPrefixLM]:
    """Makes ours of the same model, or of another."""

    def made(model: Path = tiny_model, **given: Any) -> SharedPrefixLM:
        return SharedPrefixLM(str(model), device="cpu", **({"dtype": "float32"} | given))

    return made


def scoring(context: str, continuation: str) -> Instance:
    """A request for a log-likelihood."""
    return Instance("loglikelihood", {}, (context, continuation), 0)


def writing(context: str, **settings: Any) -> Instance:
    """A request for a text."""
    return Instance("generate_until", {}, (context, {"max_gen_toks": 8, "until": []} | settings), 0)


@pytest.fixture
def requests() -> list[Instance]:
    """Candidates of several cues, of one token and of more, repeated ones, and odd texts."""
    asked = [
        scoring(f"{INSTRUCTION}{cue}:", candidate)
        for cue in CUES
        for candidate in (" cup", " cupboard", "A", "B", " 茶", "x" * 20)
    ]
    odd = [scoring("", "nothing before it"), scoring("spaces move  ", "over"), scoring("tea", "tea")]
    return [*asked, *odd, asked[0]]


@pytest.fixture(scope="session")
def make_adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes folders of adapters of the tiny model, each with weights of its own."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    def made(seed: int, model: Path = tiny_model, **given: Any) -> Path:
        folder = tmp_path_factory.mktemp("adapters") / f"adapter-{seed}"
        config = LoraConfig(**({"r": 2, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | given))
        torch.manual_seed(seed)
        with catch_warnings(action="ignore"):  # of PEFT about transformers
            adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(model), config)
        with torch.no_grad():
            for name, parameter in adapted.named_parameters():
                if "lora_B" in name:
                    parameter.normal_()
        adapted.save_pretrained(folder)
        return folder

    return made
