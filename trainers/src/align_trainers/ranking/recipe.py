"""Every setting that the trainers that learn from rewards share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from align_tasks.recipes import Recipe


class RolloutConfig(Recipe):
    """Settings of the steps: what is sampled in each, and how the weights follow."""

    max_steps: int = Field(100, ge=1, description="Steps: each samples answers and learns from them.")
    rollout_batch_size: int = Field(
        64, ge=2, description="Answers sampled in a step, of all processes together."
    )
    samples_per_question: int = Field(4, ge=1, description="Answers sampled to each question of a step.")
    max_new_tokens: int = Field(64, ge=1, description="Tokens after which an answer is cut off.")
    temperature: float = Field(1.0, gt=0, description="Temperature of the sampling; 1 is the model itself.")
    kl_coefficient: float = Field(
        0.05,
        ge=0,
        description="What a nat of divergence from the model before training costs, in rewards as they are "
        "learned from: in standard deviations of a step's, where these are normalised.",
    )
    clip_range: float = Field(
        0.2, gt=0, description="How far a step may move the probability of a token, as a ratio."
    )
    epochs: int = Field(2, ge=1, description="Passes over the answers of a step.")
    minibatch_size: int = Field(
        32, ge=1, description="Answers in an optimizer update, of all processes together."
    )
    micro_batch_size: int = Field(
        16,
        ge=1,
        description="Most answers that one process learns from at once; fewer need less memory. Its share of "
        "a step's answers is sampled all at once.",
    )
    learning_rate: float = Field(3e-4, gt=0, description="Highest learning rate of the adapter.")
    schedule: Literal["cosine", "linear", "constant_with_warmup"] = Field(
        "linear", description="How the learning rate falls after the warm-up."
    )
    warmup: float = Field(
        0.05, ge=0, lt=1, description="Share of the steps in which the learning rate rises."
    )
    max_grad_norm: float = Field(1.0, gt=0, description="Longer gradients are cut to this length.")
    gradient_checkpointing: bool = Field(
        False, description="Compute activations twice in place of keeping them: less memory, a third slower."
    )
    seed: int = Field(
        1, ge=0, lt=2**32, description="Seed of the adapter's first weights, the questions and the sampling."
    )

    @model_validator(mode="after")
    def _must_divide(self) -> RolloutConfig:
        for whole, part in (
            ("rollout_batch_size", "minibatch_size"),
            ("minibatch_size", "samples_per_question"),
        ):
            if getattr(self, whole) % getattr(self, part):
                raise ValueError(
                    f"{whole} {getattr(self, whole)} must be a multiple of {part} {getattr(self, part)}"
                )
        return self


class RankingRecipe(RolloutConfig):
    """Settings of a trainer that learns to rank: questions, rewards, adapter and measuring."""

    norms: Literal["auto", "imported", "demo"] = Field(
        "auto",
        description="Norms to learn: auto takes the imported ones, and the demo set where there are none.",
    )
    fraction: float = Field(1.0, gt=0, le=1, description="Share of the training cues to use.")
    candidates: int = Field(
        10,
        ge=4,
        le=50,
        description="Responses to be ordered in a question, at most, drawn from the whole range of counts. "
        "On held-out cues there are 10.",
    )
    questions_per_cue: int = Field(
        6, ge=1, description="Questions on each cue, each with candidates and an order drawn anew."
    )
    rewards: dict[str, float] = Field(
        default_factory=lambda: {"spearman": 1.0},
        description="Rewards by name, each with its weight in the sum. `align plugins` lists them.",
    )
    unfinished_penalty: float = Field(
        1.0, ge=0, description="Taken from the reward of an answer that was cut off."
    )
    apply_chat_template: bool = Field(
        False, description="Ask in the model's chat format; evaluate the adapter in the same."
    )

    lora_rank: int = Field(16, ge=1, description="Rank of the adapter's matrices.")
    lora_alpha: int = Field(32, ge=1, description="Scale of the adapter: alpha / rank.")
    lora_targets: str = Field(
        "all-linear", description="Layers that get an adapter: all-linear, or names separated by commas."
    )
    load_in_4bit: bool = Field(
        False, description="Keep the base model in 4 bits (QLoRA); needs bitsandbytes."
    )
    precision: Literal["fp32", "bf16"] = Field("fp32", description="Number format of the arithmetic.")

    validation_cues: int = Field(100, ge=0, description="Held-out cues to measure on while training.")
    validate_every: int = Field(20, ge=1, description="Steps between measurements and checkpoints.")
    keep: Literal["last", "spearman"] = Field(
        "last", description="Which checkpoint becomes the adapter: the last, or the best on held-out cues."
    )
    report_to: str = Field(
        "none", description="Loggers besides the log file: tensorboard, trackio, wandb, separated by commas."
    )

    @field_validator("rewards")
    @classmethod
    def _must_reward(cls, rewards: dict[str, float]) -> dict[str, float]:
        if not rewards:
            raise ValueError("name at least one reward")
        return rewards

    @model_validator(mode="after")
    def _must_measure(self) -> RankingRecipe:
        if self.keep == "spearman" and not self.validation_cues:
            raise ValueError("keep: spearman needs validation_cues")
        return self
