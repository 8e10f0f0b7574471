from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from align_trainers.ppo.config import PPOConfig
from align_trainers.ppo.generation import Draft
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.rollout import Rollout
from align_trainers.ppo.trainer import PPOTrainer

SMALL: dict[str, Any] = {
    "rollout_batch_size": 8,
    "samples_per_question": 4,
    "minibatch_size": 4,
    "max_new_tokens": 5,
    "warmup": 0.0,
    "schedule": "constant_with_warmup",
    "learning_rate": 0.01,
}
LORA = LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, lora_dropout=0.0, target_modules="all-linear")


@pytest.fixture
def adapted(tiny_model: Path) -> Callable[..., Any]:
    """Makes the tiny model, far from uniform, with an adapter that is new, or random if told a strength."""

    def make(strength: float = 0.0, seed: int = 0) -> Any:
        base = AutoModelForCausalLM.from_pretrained(tiny_model).eval()
        with torch.no_grad():
            base.lm_head.weight.mul_(10)
        torch.manual_seed(seed)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*gradient_checkpointing.* is deprecated", FutureWarning)
            model = get_peft_model(base, LORA)
        for name, weights in model.named_parameters():
            if "lora_B" in name and strength:
                torch.nn.init.normal_(weights, std=strength)
        return model.eval()

    return make


@pytest.fixture
def make_policy(adapted: Callable[..., Any]) -> Callable[..., Policy]:
    """Makes a policy whose adapter and value head are random."""

    def make(temperature: float = 1.0, strength: float = 0.3, seed: int = 0) -> Policy:
        policy = Policy(adapted(strength, seed), temperature)
        torch.nn.init.normal_(policy.value_head.weight, std=0.3)
        torch.nn.init.normal_(policy.value_head.bias)
        return policy

    return make


@pytest.fixture
def policy(make_policy: Callable[..., Policy]) -> Policy:
    return make_policy()


@pytest.fixture
def make_draft() -> Callable[..., Draft]:
    """Makes a draft whose noise follows from a seed."""

    def make(prompt: Sequence[int], seed: int, *, tokens: int = 6, constraint: Any = None) -> Draft:
        noise = torch.from_numpy(np.random.default_rng(seed).random(tokens))
        return Draft(seed, prompt, noise, constraint)

    return make


@pytest.fixture
def make_rollout() -> Callable[..., Rollout]:
    """Makes a rollout of a prompt and an answer, of which nothing else is known."""

    def make(prompt: Sequence[int], answer: Sequence[int], allowed: Any = ()) -> Rollout:
        nothing = [0.0] * len(answer)
        return Rollout(0, prompt, answer, True, nothing, nothing, allowed)

    return make


@pytest.fixture
def make_trainer(adapted: Callable[..., Any]) -> Callable[..., PPOTrainer]:
    """Makes a trainer of small steps; the score of an answer is a function of its ids."""

    def make(
        reward: Callable[[Sequence[int]], float],
        *,
        model: Any = None,
        prompts: Sequence[Sequence[int]] = ((7, 8, 9), (7, 8, 10, 11), (7, 12)),
        ends: frozenset[int] = frozenset({0}),
        options: Any = None,
        **settings: Any,
    ) -> PPOTrainer:
        def score(rollouts: Sequence[Rollout]) -> tuple[list[float], dict[str, float]]:
            scores = [float(reward(rollout.answer)) for rollout in rollouts]
            return scores, {"reward": sum(scores) / len(scores)}

        config = PPOConfig(**{**SMALL, **settings})
        model = adapted() if model is None else model
        return PPOTrainer(model, config, prompts=prompts, score=score, ends=ends, **(options or {}))

    return make
