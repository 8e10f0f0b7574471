"""``align train ppo``: from norms to an adapter that ranks."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accelerate import PartialState
from tqdm import tqdm
from transformers import set_seed

from align_tasks.errors import AlignError
from align_tasks.scores.ranking import read_answer
from align_tasks.trainers import TrainingJob, TrainingResult
from align_trainers.checkpoints import step_of, telling_of_full_disk, to_go_on_from
from align_trainers.encoding import Encoder
from align_trainers.model import (
    AdapterShape,
    check_fits,
    load_model,
    load_tokenizer,
    sort_targets,
    switch_off_dropout,
)
from align_trainers.ppo.checkpoint import Log, load_adapter, load_checkpoint, save_checkpoint
from align_trainers.ppo.config import PPORecipe
from align_trainers.ppo.constraint import Permutation
from align_trainers.ppo.generation import write
from align_trainers.ppo.policy import REFERENCE, TRAINED
from align_trainers.ppo.rollout import Rollout
from align_trainers.ppo.trainer import Figures, PPOTrainer, Sampler
from align_trainers.ppo.vllm_sampler import VLLMSampler
from align_trainers.processes import join_processes
from align_trainers.ranking.questions import Questions, answer_text, candidate_ids, end_ids, read_questions
from align_trainers.ranking.scoring import Scoring
from align_trainers.ranking.validation import RankingValidation

SHOWN = {"spearman": "Spearman", "invalid": "invalid", "kl": "KL", "eval_spearman": "held-out Spearman"}


def train(job: TrainingJob) -> TrainingResult:
    """Train, or go on from the last checkpoint in the output folder.

    Raises:
        AlignError: something is missing or does not fit; told before the model is loaded where it can be.
    """
    recipe = job.recipe
    assert isinstance(recipe, PPORecipe)
    join_processes()
    encoder = Encoder(load_tokenizer(job.model), is_chat=recipe.apply_chat_template)
    scoring = Scoring(recipe.rewards, recipe.unfinished_penalty)
    questions = read_questions(job.culture, recipe, encoder)
    sampler = _sampler(job, recipe, questions)
    model = _model(job, recipe, questions)
    trainer = _trainer(model, recipe, questions, encoder, scoring, sampler)
    validation = RankingValidation(
        questions.validation, encoder, recipe.rollout_batch_size, recipe.max_new_tokens
    )
    checkpoints = job.output / "checkpoints"
    resumed = to_go_on_from(checkpoints, questions.about["training_data_sha256"])
    with telling_of_full_disk(job.output, checkpoints):
        log = load_checkpoint(trainer, resumed) if resumed else [{"step": 0, **validation.measure(model)}]
        run(trainer, log, validation, recipe.validate_every, checkpoints)
        kept = kept_row(log, recipe.keep)
        if PartialState().is_main_process:
            save(trainer, kept["step"], log, job.output)
    return TrainingResult(
        data=questions.about,
        cues=questions.cues,
        steps=trainer.step,
        metrics={name: value for name, value in kept.items() if name.startswith("eval_")},
    )


def run(trainer: PPOTrainer, log: Log, validation: RankingValidation, every: int, checkpoints: Path) -> None:
    """Take the steps that are left; measure, and write a checkpoint, every so often and at the end.

    Args:
        log: a row of figures for each step, which grows.
        validation: measures on held-out cues.
        every: steps between measurements.
        checkpoints: folder for them.

    Raises:
        AlignError: the run diverged.
    """
    last = trainer.config.max_steps
    is_first = PartialState().is_main_process
    with tqdm(
        total=last, initial=trainer.step, desc="Training", unit=" steps", disable=not is_first
    ) as progress:
        while trainer.step < last:
            row = {"step": trainer.step + 1, **trainer.take_step()}
            _check_finite(row)
            log.append(row)
            if trainer.step % every == 0 or trainer.step == last:
                row |= validation.measure(trainer.policy.model)
                if is_first:
                    save_checkpoint(trainer, log, checkpoints)
                    _remove_old(checkpoints, {trainer.step, best_row(log)["step"]})
            progress.update()
            progress.set_postfix({SHOWN[name]: f"{row[name]:.3f}" for name in SHOWN if name in row})


def best_row(log: Log) -> dict[str, Any]:
    """The row of the step, after the first measurement, with the highest Spearman on held-out cues."""
    measured = [row for row in log if row["step"] and "eval_spearman" in row]
    return max(measured, key=lambda row: row["eval_spearman"], default=log[-1])


def kept_row(log: Log, keep: str) -> dict[str, Any]:
    """The row of the step whose weights become the adapter."""
    return log[-1] if keep == "last" else best_row(log)


def save(trainer: PPOTrainer, step: int, log: Log, output: Path) -> None:
    """Write the adapter of a step, and the figures of the run."""
    from align_trainers.ranking.pictures import draw_curves, write_log

    load_adapter(trainer.policy.model, output / "checkpoints" / f"checkpoint-{step}")
    trainer.policy.model.save_pretrained(str(output), selected_adapters=[TRAINED])
    sort_targets(output / "adapter_config.json")
    write_log(log, output / "training_log.jsonl")
    draw_curves(log, output / "learning_curve.svg")


def _sampler(job: TrainingJob, recipe: PPORecipe, questions: Questions) -> Sampler:
    if recipe.engine == "transformers":
        return write
    return VLLMSampler(job.model, recipe, _longest(recipe, questions))


def _longest(recipe: PPORecipe, questions: Questions) -> int:
    """Tokens of the longest prompt and its answer."""
    return max(len(prompt) for prompt in questions.prompts) + recipe.max_new_tokens


def _model(job: TrainingJob, recipe: PPORecipe, questions: Questions) -> Any:
    set_seed(recipe.seed)
    shape = AdapterShape(recipe.lora_rank, recipe.lora_alpha, 0.0, recipe.lora_targets)
    model = load_model(
        job.model, recipe.precision, adapter=shape, in_4bit=recipe.load_in_4bit, start=job.adapter
    )
    check_fits(model, _longest(recipe, questions), max(max(prompt) for prompt in questions.prompts))
    switch_off_dropout(model)
    if job.adapter is not None:
        model.load_adapter(str(job.adapter), REFERENCE)
        model.set_adapter(TRAINED)
    if recipe.gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model.to(PartialState().device)


def _trainer(
    model: Any,
    recipe: PPORecipe,
    questions: Questions,
    encoder: Encoder,
    scoring: Scoring,
    sampler: Sampler,
) -> PPOTrainer:
    def score(rollouts: Sequence[Rollout]) -> tuple[list[float], Figures]:
        texts = [answer_text(encoder, rollout.answer) for rollout in rollouts]
        rows = [questions.rows[rollout.question] for rollout in rollouts]
        answers = [read_answer(row, [text]) for row, text in zip(rows, texts, strict=True)]
        scores = scoring.score(answers, [rollout.is_finished for rollout in rollouts])
        return scores.totals, scores.figures

    ends = end_ids(encoder)
    only_end = [encoder.tokenizer.eos_token_id]

    def constraint(question: int) -> Permutation:
        return Permutation(*candidate_ids(encoder, questions.rows[question]), only_end)

    return PPOTrainer(
        model,
        recipe,
        prompts=questions.prompts,
        score=score,
        ends=ends,
        constraint=constraint if recipe.rollouts == "constrained" else None,
        sampler=sampler,
    )


def _check_finite(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if not math.isfinite(value):
            raise AlignError(
                f"training diverged: {name} is {value} after step {row['step']}",
                hint="Take a lower learning_rate or a higher kl_coefficient, and another --output.",
            )


def _remove_old(checkpoints: Path, kept: set[int]) -> None:
    """Remove all checkpoints but those of some steps and the one before the last."""
    whole = sorted(checkpoints.glob("checkpoint-*"), key=step_of)
    for path in whole[:-2]:
        if step_of(path) not in kept:
            shutil.rmtree(path)
