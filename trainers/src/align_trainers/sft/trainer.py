"""TRL's supervised trainer, with a loss that computes the output layer for the trained tokens only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft.optimizers import create_loraplus_optimizer
from torch.nn.functional import cross_entropy
from torch.utils.data import RandomSampler
from transformers import Trainer, TrainerCallback
from trl import SFTConfig, SFTTrainer
from trl.models import unwrap_model_for_generation

from align_tasks.errors import AlignError
from align_trainers.checkpoints import mark_whole
from align_trainers.generation import batches_of_part
from align_trainers.ranking.validation import RankingValidation
from align_trainers.sft.packing import IGNORED, Batch, Feature, packed, padded
from align_trainers.sft.validation import PrecisionAt5

RANKED = {"eval_spearman": "spearman", "eval_invalid": "rank_invalid"}
"""What the figures of `RankingValidation` are called beside those of the association task."""


class AssociationTrainer(SFTTrainer):  # type: ignore[misc]
    """Trains on `Feature` rows; measures loss, P@5 and ranking on held-out cues.

    Args:
        model: with or without an adapter.
        args: TRL's settings.
        train: rows to learn.
        validation: rows for the loss on held-out cues; there may be none.
        precision: measures P@5 on held-out cues.
        ranking: measures ranking on held-out cues.
        collate: `packed` or `padded`.
        lora_plus_ratio: learning rate of an adapter's B matrices over that of A (LoRA+, arXiv 2402.12354).
    """

    control: Any
    optimizer: Any

    def __init__(
        self,
        model: Any,
        args: SFTConfig,
        *,
        train: Dataset,
        validation: Sequence[Feature],
        precision: PrecisionAt5 | None,
        ranking: RankingValidation | None,
        collate: Callable[[Sequence[Feature]], Batch],
        lora_plus_ratio: float | None,
        tokenizer: Any,
        callbacks: list[Any],
    ) -> None:
        self._validation = list(validation)
        self._precision = precision
        self._ranking = ranking
        self._lora_plus_ratio = lora_plus_ratio
        super().__init__(
            model=model,
            args=args,
            data_collator=collate,
            train_dataset=train,
            eval_dataset=train.select([]) if validation else None,
            processing_class=tokenizer,
            callbacks=callbacks,
        )
        self.model_accepts_loss_kwargs = True  # the loss below is divided by the tokens of the whole step

    def compute_loss(
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Weighted negative log-likelihood of the trained tokens, in nats, over their number in the step."""
        loss = nll(model, inputs).sum()
        trained = (inputs["labels"] != IGNORED).sum() if num_items_in_batch is None else num_items_in_batch
        processes = self.accelerator.num_processes if num_items_in_batch is not None else 1
        return loss * processes / trained

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        """Mean loss of a token, in nats, P@5, and how well it ranks, on held-out cues."""
        self.model.eval()
        metrics = {f"{metric_key_prefix}_loss": self._held_out_loss()}
        if self._precision is not None:
            with unwrap_model_for_generation(
                self.model_wrapped,
                self.accelerator,
                gather_deepspeed3_params=False,  # one process has no room for all of them
                gradient_checkpointing_kwargs=self.args.gradient_checkpointing_kwargs,
            ) as model:
                total = self._precision.sum_over(
                    model, self.accelerator.process_index, self.accelerator.num_processes
                )
                ranked = {} if self._ranking is None else self._ranking.measure(model)
            metrics[f"{metric_key_prefix}_p_at_5"] = self._sum(total) / len(self._precision)
            metrics |= {f"{metric_key_prefix}_{RANKED[name]}": value for name, value in ranked.items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def create_optimizer(self, model: Any = None) -> Any:
        """AdamW, or with a ratio LoRA+'s."""
        if self._lora_plus_ratio is not None and self.optimizer is None:
            kind, options = self.get_optimizer_cls_and_kwargs(self.args)
            self.optimizer = create_loraplus_optimizer(
                self.model if model is None else model,
                kind,
                loraplus_lr_ratio=self._lora_plus_ratio,
                loraplus_weight_decay=self.args.weight_decay,
                **options,
            )
        return super().create_optimizer(model)

    def _get_train_sampler(self, train_dataset: Any = None) -> RandomSampler:
        """Examples in a random order, as many in an epoch as make whole steps.

        What is left over is in the next epoch's order again. A last, smaller step would be filled up with
        examples of the epoch's beginning where several processes share it, and be another step than one
        process makes.
        """
        rows = self.train_dataset
        step = (
            self.args.train_batch_size
            * self.args.gradient_accumulation_steps
            * self.accelerator.num_processes
        )
        return RandomSampler(rows, num_samples=len(rows) - len(rows) % step)

    def _get_num_items_in_batch(self, batch_samples: list[Batch], device: torch.device) -> Any:
        """Trained tokens in the micro batches of a step, of all processes together."""
        count = torch.stack([(batch["labels"] != IGNORED).sum() for batch in batch_samples]).sum().to(device)
        return self.accelerator.gather(count).sum()

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        """Whether these are the best figures so far; of equal P@5, those with the lower loss are."""
        if super()._determine_best_metric(metrics, trial):
            return True
        name = self.args.metric_for_best_model
        is_tie = name is not None and metrics[name] == self.state.best_metric
        if is_tie and metrics["eval_loss"] < self._loss_at(self.state.best_global_step):
            self.state.best_global_step = self.state.global_step
            return True
        return False

    def _loss_at(self, step: int) -> float:
        """Loss on held-out cues after a step that was measured."""
        return next(
            float(row["eval_loss"])
            for row in self.state.log_history
            if row["step"] == step and "eval_loss" in row
        )

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        Trainer._save_checkpoint(self, model, trial)
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            mark_whole(Path(self.args.output_dir, f"checkpoint-{self.state.global_step}"))

    def _held_out_loss(self) -> float:
        """Mean over all trained tokens of the validation rows; each process computes its part of them."""
        loss, count = 0.0, 0
        mine = batches_of_part(
            self._validation,
            self.args.per_device_eval_batch_size,
            self.accelerator.process_index,
            self.accelerator.num_processes,
        )
        for features, is_mine in mine:
            batch = self._prepare_inputs(self.data_collator(features))
            with torch.no_grad(), self.compute_loss_context_manager():
                total = nll(self.model_wrapped, batch).sum().item()
            if is_mine:
                loss += total
                count += int((batch["labels"] != IGNORED).sum())
        return self._sum(loss) / self._sum(count)

    def _sum(self, number: float) -> float:
        """The sum over all processes."""
        numbers = torch.tensor(
            [number], dtype=torch.float64 if self.args.device.type == "cpu" else torch.float32
        )
        return float(self.accelerator.gather(numbers.to(self.args.device)).sum())


def nll(model: Any, batch: Batch) -> torch.Tensor:
    """Weighted negative log-likelihood of each token, in nats; 0 where nothing is trained.

    The model's output layer is computed for those positions only that precede a trained token in any row.

    Args:
        batch: as `packed` and `padded` give it.
    """
    labels, weights = batch["labels"], batch["weights"]
    seen = {name: batch[name] for name in ("input_ids", "attention_mask", "position_ids") if name in batch}
    columns = (labels != IGNORED).any(dim=0).nonzero()[:, 0]
    logits = model(**seen, logits_to_keep=columns, use_cache=False).logits
    losses = cross_entropy(
        logits.flatten(0, 1).float(), labels[:, columns].flatten(), ignore_index=IGNORED, reduction="none"
    )
    return losses * weights[:, columns].flatten()


def check_packing(model: Any, features: Sequence[Feature], tolerance: float = 0.001) -> bool:
    """Whether the model computes the same loss from a packed row as from padded ones.

    It does not where its layers do not obey the attention mask, as those of recurrent models do not.

    Args:
        tolerance: difference of the losses, relative, that rounding may make.
    """
    was_training = model.training
    model.eval()
    expected = _sum_of_losses(model, padded(features))
    try:
        found = _sum_of_losses(model, packed(features))
    except Exception:  # models that know no such mask fail in ways of their own
        found = math.nan
    model.train(was_training)
    return abs(found - expected) <= tolerance * abs(expected)


def _sum_of_losses(model: Any, batch: Batch) -> float:
    with torch.no_grad():
        return float(nll(model, {name: one.to(model.device) for name, one in batch.items()}).sum())


class PackingCheck(TrainerCallback):
    """Refuses a model for which packing changes the loss.

    As a callback it asks before the first step: only then can a model be asked whose weights are spread over
    processes.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = features

    def ask(self, model: Any, args: SFTConfig) -> None:
        """Ask the model.

        Raises:
            AlignError: packing changes its loss.
        """
        if not check_packing(model, self._features, 0.03 if args.bf16 or args.fp16 else 0.001):
            raise AlignError("this model computes another loss from a packed row", hint="Add --no-packing.")

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self.ask(model, args)
