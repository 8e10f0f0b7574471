"""Every setting of supervised fine-tuning."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from align_tasks.recipes import Recipe


class SFTRecipe(Recipe):
    """Settings of ``align train sft``; the defaults suit a small model and an hour."""

    norms: Literal["auto", "imported", "demo"] = Field(
        "auto",
        description="Norms to learn: auto takes the imported ones, and the demo set where there are none.",
    )
    examples: Literal["ranked", "mimic"] = Field(
        "ranked",
        description="ranked: one list a cue, most frequent responses first. mimic: one list for each person, "
        "or, where the norms tell no persons, lists drawn by strength.",
    )
    words: int = Field(40, ge=1, description="Most responses in a ranked list.")
    lists_per_cue: int = Field(
        20, ge=1, description="Lists drawn for each cue, in mimic examples from norms without persons."
    )
    fraction: float = Field(1.0, gt=0, le=1, description="Share of the training cues to use.")
    concreteness_weight: float = Field(
        0.0,
        ge=-10,
        le=10,
        description="How much more the loss counts concrete words: by exp(this x standard deviations of "
        "concreteness); below 0 abstract words count more. Needs imported ratings.",
    )
    mix: dict[str, float] = Field(
        default_factory=dict,
        description="JSONL files to mix in, each with its share of the trained tokens, whose number stays "
        "the same; 1 leaves none to the associations. Lines hold text, or prompt and completion, or "
        "messages.",
    )
    join_texts: bool = Field(
        False,
        description="Join texts of a file that is mixed in, so that an example has about as many tokens as a "
        "list of associations, and equal tokens are equal steps.",
    )
    rankings: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of the trained tokens that are ranking questions on training cues, answered in "
        "people's order, so that the model goes on ranking; the number of tokens stays the same.",
    )
    apply_chat_template: bool = Field(
        False, description="Train on the model's chat format; evaluate the adapter in the same."
    )
    max_tokens: int = Field(1024, ge=8, description="Longer examples are left out, and counted in the log.")

    method: Literal["lora", "full"] = Field("lora", description="Train a LoRA adapter, or every weight.")
    lora_rank: int = Field(16, ge=1, description="Rank of the adapter's matrices.")
    lora_alpha: int = Field(32, ge=1, description="Scale of the adapter: alpha / rank.")
    lora_dropout: float = Field(
        0.0, ge=0, lt=1, description="Share of the adapter's inputs that are dropped."
    )
    lora_targets: str = Field(
        "all-linear", description="Layers that get an adapter: all-linear, or names separated by commas."
    )
    lora_plus_ratio: float | None = Field(
        None, ge=1, description="LoRA+: learning rate of the B matrices as a multiple of that of A."
    )
    load_in_4bit: bool = Field(
        False, description="Keep the base model in 4 bits (QLoRA); needs bitsandbytes."
    )
    precision: Literal["fp32", "bf16", "fp16"] = Field("fp32", description="Number format of the arithmetic.")
    gradient_checkpointing: bool = Field(
        False, description="Compute activations twice in place of keeping them: less memory, a third slower."
    )

    learning_rate: float = Field(1e-3, gt=0, description="Highest learning rate.")
    schedule: Literal["cosine", "linear", "constant_with_warmup"] = Field(
        "cosine", description="How the learning rate falls after the warm-up."
    )
    warmup: float = Field(0.1, ge=0, lt=1, description="Share of the steps in which the learning rate rises.")
    weight_decay: float = Field(0.0, ge=0, description="Weight decay of AdamW.")
    max_grad_norm: float = Field(1.0, gt=0, description="Longer gradients are cut to this length.")
    epochs: float = Field(1.0, gt=0, description="Passes over the examples.")
    max_steps: int | None = Field(None, ge=1, description="Optimizer steps, in place of epochs.")
    batch_size: int = Field(16, ge=1, description="Examples in an optimizer step, of all processes together.")
    micro_batch_size: int = Field(
        8,
        ge=1,
        description="Most examples that one process computes at once; fewer need less memory, and are faster "
        "where answers are long, since a packed row takes time with the square of its length.",
    )
    packing: bool = Field(
        True,
        description="Compute a micro batch as one row without padding, in which no example sees another and "
        "what all begin with is computed once. The loss is the same.",
    )
    seed: int = Field(
        1, ge=0, lt=2**32, description="Seed of the adapter's first weights and of the examples' order."
    )

    validation_cues: int = Field(100, ge=0, description="Held-out cues to measure on while training.")
    ranking_validation_cues: int = Field(
        30, ge=0, description="Held-out cues to measure ranking on, whenever the others are measured."
    )
    validate_every: float = Field(
        0.25,
        gt=0,
        description="Steps between measurements and checkpoints; below 1, as a share of all steps.",
    )
    keep: Literal["last", "loss", "p_at_5"] = Field(
        "loss", description="Which checkpoint becomes the adapter: the last, or the best on held-out cues."
    )
    patience: int | None = Field(
        None, ge=1, description="Stop after so many measurements without a better one; never, with none."
    )
    report_to: str = Field(
        "none", description="Loggers besides the log file: tensorboard, trackio, wandb, separated by commas."
    )

    @field_validator("validate_every")
    @classmethod
    def _must_be_whole_or_share(cls, every: float) -> float:
        if every > 1 and not every.is_integer():
            raise ValueError(f"{every:g} is neither a whole number of steps nor a share below 1")
        return every

    @model_validator(mode="after")
    def _must_go_together(self) -> SFTRecipe:
        if self.patience is not None and self.keep == "last":
            raise ValueError("patience needs keep: loss or keep: p_at_5, which say what is better")
        if self.rankings and self.rankings + sum(self.mix.values()) >= 1:
            raise ValueError("rankings and mix take all trained tokens: leave some to the associations")
        if self.method == "full" and self.lora_plus_ratio is not None:
            raise ValueError("lora_plus_ratio needs method: lora")
        if self.method == "full" and self.load_in_4bit:
            raise ValueError("load_in_4bit needs method: lora")
        return self
