"""Every setting of the PPO trainer, and of ``align train ppo``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from align_trainers.ranking.recipe import RankingRecipe, RolloutConfig

VLLM_TEMPERATURE = 0.01
"""Lower ones vLLM raises to this, and 0 it takes for another way of sampling."""


class PPOConfig(RolloutConfig):
    """Settings of proximal policy optimization.

    Schulman et al. 2017 (arXiv 1707.06347), with the penalty on divergence of Ziegler et al.
    2019 (1909.08593).
    """

    gamma: float = Field(1.0, gt=0, le=1, description="Discount of rewards, for each token later.")
    gae_lambda: float = Field(
        1.0,
        ge=0,
        le=1,
        description="Generalized advantage estimation: 1 trusts rewards alone, 0 the value head alone.",
    )
    credit: Literal["words", "answer"] = Field(
        "words",
        description="words: each word of a list, up to the separator of the language, earns what it changed; "
        "rewards score unfinished orders, too. answer: the last token earns all.",
    )
    normalise_rewards: bool = Field(
        True, description="Shift and scale the rewards of a step to mean 0 and standard deviation 1."
    )
    whiten_advantages: bool = Field(
        True, description="Shift and scale the advantages of a step to mean 0 and standard deviation 1."
    )
    value_clip_range: float = Field(0.2, gt=0, description="How far a step may move a value.")
    value_coefficient: float = Field(0.1, ge=0, description="Weight of the value loss beside the policy's.")
    value_learning_rate: float = Field(1e-3, gt=0, description="Highest learning rate of the value head.")
    kl_target: float | None = Field(
        None,
        gt=0,
        description="Divergence of an answer, in nats, that raising and lowering kl_coefficient aims at; "
        "with none the coefficient stays as it is.",
    )
    kl_horizon: int = Field(
        2000, ge=1, description="About so many answers until kl_coefficient has adapted to kl_target."
    )
    rollouts: Literal["free", "constrained"] = Field(
        "free",
        description="free: the model writes what it likes. constrained: it chooses among the candidates that "
        "are left, so that every answer is a complete order.",
    )
    engine: Literal["transformers", "vllm"] = Field(
        "transformers",
        description="What samples the answers: transformers, or vLLM where it is installed, which keeps a "
        "second copy of the model.",
    )

    @model_validator(mode="after")
    def _must_suit_vllm(self) -> PPOConfig:
        if self.credit == "words" and self.gamma < 1:
            raise ValueError("credit: words needs gamma: 1")
        if self.kl_target is not None and not self.kl_coefficient:
            raise ValueError("kl_target needs a kl_coefficient above 0 to begin with")
        if self.kl_target is not None and self.kl_horizon < self.rollout_batch_size:
            raise ValueError("kl_horizon must be at least rollout_batch_size")
        if self.engine == "vllm" and self.rollouts == "constrained":
            raise ValueError("rollouts: constrained needs engine: transformers")
        if self.engine == "vllm" and self.temperature < VLLM_TEMPERATURE:
            raise ValueError(f"temperature {self.temperature} needs engine: transformers")
        return self


class PPORecipe(RankingRecipe, PPOConfig):
    """Settings of ``align train ppo``; the defaults suit a small model and an hour or two."""

    @model_validator(mode="after")
    def _must_be_whole_for_vllm(self) -> PPORecipe:
        if self.engine == "vllm" and self.load_in_4bit:
            raise ValueError("load_in_4bit needs engine: transformers")
        return self
