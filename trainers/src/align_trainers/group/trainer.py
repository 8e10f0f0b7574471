"""TRL's trainers on ranking questions: their prompts, what ends an answer, and how they measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import Trainer
from trl import GRPOTrainer, RLOOTrainer
from trl.models import unwrap_model_for_generation

from align_trainers.checkpoints import mark_whole
from align_trainers.group.log import KL_OF_ANSWERS
from align_trainers.group.sampler import StepSampler
from align_trainers.ranking.order import Order
from align_trainers.ranking.validation import RankingValidation


class RankingTrainer(Trainer):
    """What the two have in common; stands before TRL's class among the bases.

    To TRL a prompt is the number of a question, for which it gets the token ids that every trainer of ours
    uses.

    Args:
        model: a PEFT model. The model before training is a copy of its adapter, which TRL makes.
        args: TRL's settings.
        prompts: token ids of all prompts.
        reward: see `align_trainers.group.reward`.
        ends: token ids that end an answer.
        validation: measures on held-out cues; None to measure nothing.
        tokenizer: of the model.
    """

    args: Any
    control: Any
    model: Any

    def __init__(
        self,
        model: Any,
        args: Any,
        *,
        prompts: Sequence[Sequence[int]],
        reward: Callable[..., list[float]],
        ends: frozenset[int],
        validation: RankingValidation | None,
        tokenizer: Any,
        callbacks: list[Any],
    ) -> None:
        self._prompts = prompts
        self._validation = validation
        data = Dataset.from_dict({"prompt": list(range(len(prompts)))})
        generation = model.generation_config
        before = generation.eos_token_id
        generation.eos_token_id = sorted(ends)  # TRL reads here, and nowhere else, what ends an answer
        options: Any = {"reward_funcs": reward}
        super().__init__(
            model=model,
            args=args,
            train_dataset=data,
            eval_dataset=data.select([]) if validation else None,
            processing_class=tokenizer,
            callbacks=callbacks,
            **options,
        )
        generation.eos_token_id = before

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Spearman and the share of invalid answers on held-out cues."""
        assert self._validation is not None
        self.model.eval()
        with unwrap_model_for_generation(
            self.model_wrapped,
            self.accelerator,
            gradient_checkpointing_kwargs=self.args.gradient_checkpointing_kwargs,
        ) as model:
            metrics = self._validation.measure(model)
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _tokenize_prompts(self, prompts: list[int]) -> tuple[list[list[int]], None, dict[str, Any]]:
        return [list(self._prompts[number]) for number in prompts], None, {}

    def _get_train_sampler(self, train_dataset: Any = None) -> StepSampler:
        args = self.args
        repeats = args.num_iterations * args.steps_per_generation
        return StepSampler(
            Order(len(self._prompts), args.seed),
            steps=args.max_steps * args.gradient_accumulation_steps // repeats,
            questions=args.generation_batch_size // args.num_generations,
            samples=args.num_generations,
            repeats=repeats,
        )

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        Trainer._save_checkpoint(self, model, trial)
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            mark_whole(Path(self.args.output_dir, f"checkpoint-{self.state.global_step}"))


class RankingGRPO(RankingTrainer, GRPOTrainer):  # type: ignore[misc]
    """GRPO on ranking questions."""

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Log the divergence of the answers when they were sampled; TRL logs it while learning."""
        found: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if {"old_per_token_logps", "ref_per_token_logps"} <= found.keys():
            gaps = found["old_per_token_logps"] - found["ref_per_token_logps"]
            divergences = self.accelerator.gather((gaps * found["completion_mask"]).sum(dim=1))
            self._metrics["train"][KL_OF_ANSWERS].append(divergences.mean().item())
        return found


class RankingRLOO(RankingTrainer, RLOOTrainer):  # type: ignore[misc]
    """RLOO on ranking questions."""
