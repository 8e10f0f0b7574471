from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from align_tasks.errors import AlignError
from align_trainers.group.recipe import GRPORecipe, RLOORecipe
from align_trainers.group.settings import Sizes, settings, sizes

pytestmark = pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.* is deprecated:FutureWarning")
SMALL = {"rollout_batch_size": 48, "minibatch_size": 24, "micro_batch_size": 8, "epochs": 3}


def test_a_step_is_divided_into_updates_and_micro_batches() -> None:
    # 48 answers in 2 minibatches of 24, each of 3 micro batches; 3 passes make 6 updates
    assert sizes(GRPORecipe(**SMALL), 1) == Sizes(micro_batch=8, accumulation=3, rollout=6, updates=6)


def test_processes_share_a_minibatch() -> None:
    # 12 answers for each of 2, of which 6 is the largest part that is no more than 8
    assert sizes(GRPORecipe(**SMALL), 2) == Sizes(micro_batch=6, accumulation=2, rollout=4, updates=6)


def test_processes_that_cannot_share_a_minibatch_equally_are_refused() -> None:
    with pytest.raises(AlignError, match="5 processes cannot share a minibatch of 24 answers"):
        sizes(GRPORecipe(**SMALL), 5)


@pytest.mark.parametrize("kind", [GRPORecipe, RLOORecipe])
def test_trl_gets_the_settings_in_its_own_units(kind: type[GRPORecipe | RLOORecipe], tmp_path: Path) -> None:
    recipe = kind(**SMALL, max_steps=10, validate_every=5, warmup=0.2, clip_range=0.3, kl_coefficient=0.01)
    args = settings(recipe, tmp_path / "checkpoints", 1)
    assert (args.generation_batch_size, args.num_generations, args.num_iterations) == (48, 4, 3)
    assert args.per_device_train_batch_size * args.gradient_accumulation_steps == 24
    assert (args.max_steps, args.eval_steps, args.save_steps, args.warmup_steps) == (60, 30, 30, 12)
    assert (args.epsilon, args.beta) == (0.3, 0.01)
    assert (args.bf16, args.gradient_checkpointing) == (False, False)


@pytest.mark.parametrize("kind", [GRPORecipe, RLOORecipe])
def test_an_answer_alone_cannot_be_compared(kind: type[GRPORecipe | RLOORecipe]) -> None:
    with pytest.raises(ValidationError, match="samples_per_question"):
        kind(samples_per_question=1)
