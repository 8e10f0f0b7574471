"""``align train sft``: from norms to an adapter."""

from __future__ import annotations

import logging
import math
import os
import shlex
import shutil
import warnings
from pathlib import Path
from typing import Any

from transformers import set_seed
from transformers.trainer_callback import PrinterCallback
from trl import SFTConfig

from align_tasks.errors import AlignError
from align_tasks.evaluation import default_device
from align_tasks.trainers import TrainingJob, TrainingResult
from align_trainers.callbacks import MeasureAtTheEnd, Patience, Progress, StopWhereNotFinite
from align_trainers.checkpoints import telling_of_full_disk, to_go_on_from
from align_trainers.encoding import Encoder
from align_trainers.loggers import loggers
from align_trainers.model import AdapterShape, check_fits, load_model, load_tokenizer, sort_targets
from align_trainers.processes import join_processes, sharding
from align_trainers.ranking.validation import RankingValidation
from align_trainers.run_log import FIGURES, draw_learning_curve, write_log
from align_trainers.sft.packing import packed, padded
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.trainer import AssociationTrainer, PackingCheck
from align_trainers.sft.training_set import TrainingSet, highest_id, longest, training_set
from align_trainers.sft.validation import MAX_NEW_TOKENS, PrecisionAt5

logger = logging.getLogger(__name__)


def train(job: TrainingJob) -> TrainingResult:
    """Train, or go on from the last checkpoint in the output folder.

    Raises:
        AlignError: something is missing or does not fit; told before the model is loaded where it can be.
    """
    recipe = job.recipe
    assert isinstance(recipe, SFTRecipe)
    warnings.filterwarnings("ignore", ".*gradient_checkpointing.* is deprecated", FutureWarning)  # in TRL
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(job.output / "tensorboard"))
    processes = join_processes()
    encoder = Encoder(load_tokenizer(job.model), is_chat=recipe.apply_chat_template)
    checkpoints = job.output / "checkpoints"
    args = settings(recipe, checkpoints, processes.num_processes)
    data = training_set(job.culture, recipe, encoder)
    _check_sizes(recipe, data)
    args.warmup_steps = warmup_steps(recipe, len(data.train))
    trainer = _trainer(job, recipe, data, encoder, args)
    resumed = to_go_on_from(checkpoints, data.about["training_data_sha256"])
    args.eval_on_start = resumed is None and bool(data.validation)
    with telling_of_full_disk(job.output, checkpoints):
        trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
        save(trainer, job.output)
    _warn_if_no_better(recipe, trainer.state)
    _warn_if_ranking_suffered(job, trainer.state)
    return TrainingResult(
        data=data.about,
        cues=data.cues,
        steps=trainer.state.global_step,
        metrics=_kept_metrics(trainer.state),
    )


def warmup_steps(recipe: SFTRecipe, examples: int) -> int:
    """Steps of the warm-up, rounded down: the first of them has learning rate 0, so that one step is none."""
    steps = recipe.max_steps or math.ceil(recipe.epochs * (examples // recipe.batch_size))
    return int(recipe.warmup * steps)


def _check_sizes(recipe: SFTRecipe, data: TrainingSet) -> None:
    if recipe.batch_size > len(data.train):
        raise AlignError(
            f"a batch of {recipe.batch_size} examples, and there are {len(data.train)} in all",
            hint=f"Set batch_size: {len(data.train)}, or less.",
        )
    if recipe.validation_cues and not data.validation:
        raise AlignError(
            "the norms have no held-out cues to measure on", hint="Set validation_cues: 0 and keep: last."
        )


def settings(recipe: SFTRecipe, checkpoints: Path, processes: int) -> SFTConfig:
    """TRL's settings that a recipe stands for.

    Args:
        checkpoints: folder for them.
        processes: how many share each step.

    Raises:
        AlignError: settings do not go together.
    """
    micro, steps = micro_batches(recipe, processes)
    measured = recipe.validation_cues > 0
    if not measured and recipe.keep != "last":
        raise AlignError(
            f"keep: {recipe.keep} needs held-out cues: validation_cues is 0", hint="Set keep: last."
        )
    device = default_device()
    if recipe.precision == "fp16" and device == "cpu":
        raise AlignError("fp16 needs a GPU", hint="Take bf16 or fp32.")
    every = "steps" if measured else "no"
    return SFTConfig(
        output_dir=str(checkpoints),
        run_name=checkpoints.parent.name,
        per_device_train_batch_size=micro,
        per_device_eval_batch_size=micro,
        gradient_accumulation_steps=steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        num_train_epochs=recipe.epochs,
        max_steps=recipe.max_steps or -1,
        seed=recipe.seed,
        bf16=recipe.precision == "bf16",
        fp16=recipe.precision == "fp16",
        gradient_checkpointing=recipe.gradient_checkpointing,
        logging_steps=1,
        logging_nan_inf_filter=False,
        eval_strategy=every,
        eval_steps=recipe.validate_every if measured else None,
        save_strategy="steps",
        save_steps=recipe.validate_every,
        save_total_limit=2,
        load_best_model_at_end=recipe.keep != "last",
        metric_for_best_model=f"eval_{recipe.keep}" if recipe.keep != "last" else None,
        greater_is_better=recipe.keep == "p_at_5",
        report_to=loggers(recipe.report_to),
        disable_tqdm=True,
        use_cpu=device == "cpu",
        dataloader_pin_memory=device == "cuda",
        ddp_find_unused_parameters=False,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def micro_batches(recipe: SFTRecipe, processes: int) -> tuple[int, int]:
    """Examples that a process computes at once, and how often it does so in a step.

    Raises:
        AlignError: the batch cannot be shared equally by the processes.
    """
    if recipe.batch_size % processes:
        raise AlignError(
            f"a batch of {recipe.batch_size} examples cannot be shared by {processes} processes equally"
        )
    share = recipe.batch_size // processes
    micro = max(size for size in range(1, share + 1) if share % size == 0 and size <= recipe.micro_batch_size)
    return micro, share // micro


def _trainer(
    job: TrainingJob, recipe: SFTRecipe, data: TrainingSet, encoder: Encoder, args: SFTConfig
) -> AssociationTrainer:
    set_seed(recipe.seed)
    shape = AdapterShape(recipe.lora_rank, recipe.lora_alpha, recipe.lora_dropout, recipe.lora_targets)
    adapter = shape if recipe.method == "lora" else None
    loaded = load_model(
        job.model, recipe.precision, adapter=adapter, in_4bit=recipe.load_in_4bit, start=job.adapter
    )
    callbacks = _callbacks(recipe)
    long_rows = longest(data.train, 2)
    size = len(long_rows[0]["ids"])
    check_fits(loaded, size, highest_id(data.train), "Leave long ones out: --max-tokens {}")
    if recipe.packing:
        check = PackingCheck(long_rows)
        if sharding():
            callbacks.append(check)
        else:
            check.ask(loaded if recipe.load_in_4bit else loaded.to(args.device), args)
    trainer = AssociationTrainer(
        loaded,
        args,
        train=data.train,
        validation=data.validation,
        precision=PrecisionAt5(data.questions, encoder, args.per_device_eval_batch_size)
        if data.questions
        else None,
        ranking=RankingValidation(
            data.ranking_questions, encoder, args.per_device_eval_batch_size, MAX_NEW_TOKENS
        ),
        collate=packed if recipe.packing else padded,
        lora_plus_ratio=recipe.lora_plus_ratio,
        tokenizer=encoder.tokenizer,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _callbacks(recipe: SFTRecipe) -> list[Any]:
    found: list[Any] = [Progress(), StopWhereNotFinite(), MeasureAtTheEnd()]
    if recipe.patience:
        found.append(Patience(recipe.patience))
    return found


def save(trainer: AssociationTrainer, output: Path) -> None:
    """Write the weights, the figures of the run, and their picture."""
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    trainer.save_model(str(output))
    if trainer.is_world_process_zero():
        (output / "training_args.bin").unlink(missing_ok=True)  # a pickle of what the recipe says
        if (output / "adapter_config.json").exists():
            sort_targets(output / "adapter_config.json")
        for weights in output.glob("*.safetensors"):  # which only their writer could read
            shutil.copymode(output / "tokenizer_config.json", weights)
        write_log(trainer.state.log_history, output / "training_log.jsonl")
        draw_learning_curve(trainer.state.log_history, output / "learning_curve.svg")


def _warn_if_no_better(recipe: SFTRecipe, state: Any) -> None:
    """Tell when the weights that were kept are no better on held-out cues than those before training."""
    before = next((row for row in state.log_history if row["step"] == 0 and "eval_loss" in row), None)
    if before is not None and _kept_metrics(state)["eval_loss"] >= before["eval_loss"]:
        logger.warning(
            "on held-out cues no checkpoint has a lower loss than the model before training (%.3f)"
            if recipe.keep == "loss"
            else "on held-out cues the adapter has no lower loss than the model before training (%.3f)",
            before["eval_loss"],
        )


def _warn_if_ranking_suffered(job: TrainingJob, state: Any) -> None:
    """Tell when the weights that were kept rank worse on held-out cues, or less readably, than the first."""
    recipe = job.recipe
    assert isinstance(recipe, SFTRecipe)
    before = next((row for row in state.log_history if row["step"] == 0 and "eval_spearman" in row), None)
    after = _kept_metrics(state)
    if before is None:
        return
    is_worse = after["eval_spearman"] < before["eval_spearman"]
    if not is_worse and after["eval_rank_invalid"] <= before["eval_rank_invalid"]:
        return
    logger.warning(
        "on held-out cues the model %s than before training: Spearman %.3f before, %.3f now; "
        "unreadable answers %.0f%% before, %.0f%% now. To keep it ranking, train with %s; "
        "to teach it afterwards: align train ppo %s …",
        "ranks worse" if is_worse else "gives more unreadable rankings",
        before["eval_spearman"],
        after["eval_spearman"],
        100 * before["eval_rank_invalid"],
        100 * after["eval_rank_invalid"],
        f"--rankings above {recipe.rankings:g}" if recipe.rankings else "--rankings 0.2",
        shlex.join(["--adapter" if recipe.method == "lora" else "--model", str(job.output)]),
    )


def _kept_metrics(state: Any) -> dict[str, float]:
    """Figures on held-out cues of the weights that were kept."""
    step = state.best_global_step or state.global_step
    return {
        name: value
        for row in state.log_history
        if row["step"] == step
        for name, value in row.items()
        if name.startswith("eval_") and name in FIGURES
    }
