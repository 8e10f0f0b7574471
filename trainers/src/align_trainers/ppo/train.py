"""``align train ppo``: from norms to an adapter that ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from accelerate import Accelerator, PartialState

from align_tasks.errors import AlignError
from align_tasks.scores.ranking import read_answer
from align_tasks.trainers import TrainingJob, TrainingResult
from align_trainers.checkpoints import telling_of_full_disk, to_go_on_from
from align_trainers.encoding import Encoder
from align_trainers.loggers import loggers
from align_trainers.model import TRAINED, load_tokenizer, switch_off_dropout
from align_trainers.ppo.checkpoint import load_adapter, load_checkpoint
from align_trainers.ppo.config import PPORecipe
from align_trainers.ppo.constraint import Permutation
from align_trainers.ppo.generation import Draft, estimated, write
from align_trainers.ppo.policy import REFERENCE, Policy
from align_trainers.ppo.rollout import Rollout
from align_trainers.ppo.run import kept_row, run
from align_trainers.ppo.trainer import Figures, PPOTrainer, Sampler
from align_trainers.ppo.vllm_sampler import VLLMSampler
from align_trainers.processes import join_processes, sharding
from align_trainers.ranking.credit import beginnings
from align_trainers.ranking.folder import write_folder
from align_trainers.ranking.model import longest, ranking_model
from align_trainers.ranking.questions import (
    Questions,
    answer_text,
    candidate_ids,
    end_ids,
    read_questions,
    turn_end_ids,
)
from align_trainers.ranking.scoring import Scoring
from align_trainers.ranking.validation import RankingValidation


def train(job: TrainingJob) -> TrainingResult:
    """Train, or go on from the last checkpoint in the output folder.

    Raises:
        AlignError: something is missing or does not fit; told before the model is loaded where it can be.
    """
    recipe = job.recipe
    assert isinstance(recipe, PPORecipe)
    join_processes()
    if sharding():
        raise AlignError("PPO does not train under FSDP or DeepSpeed", hint="Leave them out.")
    trackers = Accelerator(log_with=loggers(recipe.report_to), project_dir=job.output / "tensorboard")
    encoder = Encoder(load_tokenizer(job.model), is_chat=recipe.apply_chat_template)
    scoring = Scoring(recipe.rewards, recipe.unfinished_penalty)
    questions = read_questions(job.culture, recipe, encoder)
    sampler = _sampler(job, recipe, questions)
    model = _model(job, recipe, questions)
    trainer = _trainer(model, recipe, questions, encoder, scoring, sampler)
    check_rows(trainer.policy, questions.prompts[:2], 0.001 if recipe.precision == "fp32" else 0.3)
    validation = RankingValidation(
        questions.validation, encoder, recipe.rollout_batch_size, recipe.max_new_tokens
    )
    checkpoints = job.output / "checkpoints"
    resumed = to_go_on_from(checkpoints, questions.about["training_data_sha256"])
    with telling_of_full_disk(job.output, checkpoints):
        trackers.init_trackers(job.output.name)
        log = load_checkpoint(trainer, resumed) if resumed else [{"step": 0, **validation.measure(model)}]
        run(
            trainer,
            log,
            measure=partial(validation.measure, model),
            tell=trackers.log,
            every=recipe.validate_every,
            checkpoints=checkpoints,
        )
        trackers.end_training()
        kept = kept_row(log, recipe.keep)
        if PartialState().is_main_process:
            load_adapter(model, checkpoints / f"checkpoint-{kept['step']}")
            write_folder(model, log, job.output)
    return TrainingResult(
        data=questions.about,
        cues=questions.cues,
        steps=trainer.step,
        metrics={name: value for name, value in kept.items() if name.startswith("eval_")},
    )


def check_rows(policy: Policy, prompts: Sequence[Sequence[int]], tolerance: float) -> None:
    """Refuse a model that computes other probabilities from rows in which texts share their beginnings.

    It does where its layers do not obey the attention mask, as those of recurrent models do not.

    Args:
        tolerance: difference of the mean logprobs, in nats, that rounding may make.

    Raises:
        AlignError: it does.
    """
    noise = torch.linspace(0.1, 0.9, 4, dtype=torch.float64)
    drafts = [
        Draft(number, prompt, noise.roll(turn)) for number, prompt in enumerate(prompts) for turn in (0, 1)
    ]
    try:
        rollouts = write(policy, drafts, frozenset())
        sampled = torch.tensor([logprob for rollout in rollouts for logprob in rollout.logprobs])
        with torch.no_grad():
            gap = float((policy.evaluate(rollouts).logprobs.cpu() - sampled).abs().mean())
    except torch.OutOfMemoryError:
        raise
    except Exception:  # models that know no such mask fail in ways of their own
        gap = math.inf
    if not gap <= tolerance:
        raise AlignError(
            "this model computes other probabilities from rows in which texts share their beginnings",
            hint="PPO trains models whose attention obeys a mask. GRPO and RLOO pad: align train grpo",
        )


def _sampler(job: TrainingJob, recipe: PPORecipe, questions: Questions) -> Sampler:
    if recipe.engine == "vllm":
        return VLLMSampler(job.model, recipe, longest(recipe, questions))
    if recipe.precision == "fp32":
        return write
    return lambda policy, drafts, ends: estimated(
        policy, write(policy, drafts, ends), recipe.micro_batch_size
    )


def _model(job: TrainingJob, recipe: PPORecipe, questions: Questions) -> Any:
    model = ranking_model(job, recipe, questions)
    switch_off_dropout(model)
    if job.adapter is not None:
        model.load_adapter(str(job.adapter), REFERENCE)
        model.set_adapter(TRAINED)
    if recipe.gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model if recipe.load_in_4bit else model.to(PartialState().device)


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

    def worth(rollouts: Sequence[Rollout]) -> list[list[tuple[int, float]]]:
        rows = [questions.rows[rollout.question] for rollout in rollouts]
        begun = [
            beginnings(encoder, rollout.answer, row["language"])
            for rollout, row in zip(rollouts, rows, strict=True)
        ]
        orders = [read_answer(row, [text]) for row, told in zip(rows, begun, strict=True) for _, text in told]
        totals = iter(scoring.score(orders, [True] * len(orders)).totals if orders else [])
        return [[(token, next(totals)) for token, _ in told] for told in begun]

    turn_ends = sorted(turn_end_ids(encoder, model))

    def constraint(question: int) -> Permutation:
        return Permutation(*candidate_ids(encoder, questions.rows[question]), turn_ends)

    return PPOTrainer(
        model,
        recipe,
        prompts=questions.prompts,
        score=score,
        ends=end_ids(encoder, model),
        constraint=constraint if recipe.rollouts == "constrained" else None,
        sampler=sampler,
        worth=worth if recipe.credit == "words" else None,
    )
