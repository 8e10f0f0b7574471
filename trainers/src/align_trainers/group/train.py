"""``align train grpo`` and ``align train rloo``: from norms to an adapter that ranks."""

from __future__ import annotations

import os
import warnings
from typing import Any

from transformers.trainer_callback import PrinterCallback

from align_tasks.errors import AlignError, one_line
from align_tasks.trainers import TrainingJob, TrainingResult
from align_trainers.callbacks import MeasureAtTheEnd, Progress, StopWhereNotFinite
from align_trainers.checkpoints import telling_of_full_disk, to_go_on_from
from align_trainers.encoding import Encoder
from align_trainers.group.log import rows_of_steps
from align_trainers.group.recipe import GroupRecipe, GRPORecipe
from align_trainers.group.reward import reward_function
from align_trainers.group.settings import settings, sizes
from align_trainers.group.trainer import RankingGRPO, RankingRLOO, RankingTrainer
from align_trainers.model import load_tokenizer
from align_trainers.processes import join_processes
from align_trainers.ranking.folder import write_folder
from align_trainers.ranking.model import ranking_model
from align_trainers.ranking.questions import Questions, end_ids, read_questions
from align_trainers.ranking.scoring import Scoring
from align_trainers.ranking.validation import RankingValidation

SHOWN = {"spearman": "Spearman", "invalid": "invalid", "eval_spearman": "held-out Spearman"}


def train(job: TrainingJob) -> TrainingResult:
    """Train, or go on from the last checkpoint in the output folder.

    Raises:
        AlignError: something is missing or does not fit; told before the model is loaded where it can be.
    """
    recipe = job.recipe
    assert isinstance(recipe, GroupRecipe)
    warnings.filterwarnings("ignore", ".*gradient_checkpointing.* is deprecated", FutureWarning)  # in TRL
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(job.output / "tensorboard"))
    processes = join_processes()
    encoder = Encoder(load_tokenizer(job.model), is_chat=recipe.apply_chat_template)
    scoring = Scoring(recipe.rewards, recipe.unfinished_penalty)
    checkpoints = job.output / "checkpoints"
    args = settings(recipe, checkpoints, processes.num_processes)
    updates = sizes(recipe, processes.num_processes).updates
    questions = read_questions(job.culture, recipe, encoder)
    model = ranking_model(job, recipe, questions)
    trainer = ranking_trainer(model, args, recipe, questions, encoder, scoring)
    resumed = to_go_on_from(checkpoints, questions.about["training_data_sha256"])
    args.eval_on_start = resumed is None and bool(questions.validation)
    with telling_of_full_disk(job.output, checkpoints):
        trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
        log = rows_of_steps(trainer.state.log_history, updates)
        if processes.is_main_process:
            write_folder(trainer.accelerator.unwrap_model(trainer.model), log, job.output)
    kept = (trainer.state.best_global_step or trainer.state.global_step) // updates
    row = next(row for row in log if row["step"] == kept)
    return TrainingResult(
        data=questions.about,
        cues=questions.cues,
        steps=trainer.state.global_step // updates,
        metrics={name: value for name, value in row.items() if name.startswith("eval_")},
    )


def ranking_trainer(
    model: Any, args: Any, recipe: GroupRecipe, questions: Questions, encoder: Encoder, scoring: Scoring
) -> RankingTrainer:
    """TRL's trainer that a recipe stands for.

    Raises:
        AlignError: TRL refuses the model.
    """
    ends = end_ids(encoder, model)
    updates = args.max_steps // recipe.max_steps
    validation = RankingValidation(
        questions.validation, encoder, recipe.rollout_batch_size, recipe.max_new_tokens
    )
    kind = RankingGRPO if isinstance(recipe, GRPORecipe) else RankingRLOO
    try:
        trainer = kind(
            model,
            args,
            prompts=questions.prompts,
            reward=reward_function(questions, encoder, scoring, ends),
            ends=ends,
            validation=validation if questions.validation else None,
            tokenizer=encoder.tokenizer,
            callbacks=[Progress(SHOWN, updates), StopWhereNotFinite(updates), MeasureAtTheEnd()],
        )
    except ValueError as error:
        raise AlignError(f"TRL cannot train this model so: {one_line(error)}") from error
    trainer.remove_callback(PrinterCallback)
    return trainer
