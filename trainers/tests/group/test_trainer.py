"""TRL's trainers as they are set up here, on a tiny model with answers and rewards that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from align_tasks.errors import AlignError
from align_trainers.group.log import KL_OF_ANSWERS
from align_trainers.group.recipe import GroupRecipe, GRPORecipe, RLOORecipe
from align_trainers.group.settings import settings
from align_trainers.group.trainer import RankingGRPO, RankingRLOO, RankingTrainer
from align_trainers.model import AdapterShape, load_model

pytestmark = pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.* is deprecated:FutureWarning")
PROMPTS = [[5, 6, 7], [8, 9], [10, 11, 12, 13], [14]]
GRPO, RLOO = (GRPORecipe, RankingGRPO), (RLOORecipe, RankingRLOO)
BOTH = pytest.mark.parametrize("kind", [GRPO, RLOO], ids=["grpo", "rloo"])
END = 0
"""The tiny model's one special token, which is its padding, too."""
SETTINGS = {"rollout_batch_size": 8, "minibatch_size": 4, "micro_batch_size": 2, "samples_per_question": 4}
SETTINGS |= {"max_new_tokens": 6, "validation_cues": 0, "max_steps": 3, "warmup": 0}

Make = Callable[..., Any]


@pytest.fixture
def make(tiny_model: Path, tokenizer: Any, tmp_path: Path) -> Make:
    """Makes a trainer; what ends an answer is every third token, so that answers are short."""

    def make(
        kind: tuple[type[GroupRecipe], type[RankingTrainer]],
        reward: Callable[..., list[float]],
        *,
        ends: frozenset[int] | None = None,
        has_trained: bool = False,
        **changes: Any,
    ) -> Any:
        recipe = kind[0].model_validate(SETTINGS | changes)
        model = load_model(str(tiny_model), "fp32", adapter=AdapterShape(4, 8, 0.0, "all-linear"))
        if has_trained:
            perturb(model)
        return kind[1](
            model,
            settings(recipe, tmp_path / "checkpoints", 1),
            prompts=PROMPTS,
            reward=reward,
            ends=ends if ends is not None else frozenset(range(0, len(tokenizer), 3)),
            validation=None,
            tokenizer=tokenizer,
            callbacks=[],
        )

    return make


def sampled(trainer: Any, numbers: Sequence[int]) -> dict[str, Any]:
    """What the trainer learns from, for questions that are each asked four times."""
    trainer.model.train()
    found: dict[str, Any] = trainer._generate_and_score_completions(
        [{"prompt": number} for number in numbers for _ in range(4)]
    )
    return found


def known(prompts: Sequence[int], **_: Any) -> list[float]:
    return [3.0, 1.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0][: len(prompts)]


def perturb(model: Any) -> None:
    """Move the adapter that learns."""
    generator = torch.Generator().manual_seed(1)
    for name, weight in model.named_parameters():
        if ".default." in name:
            weight.data += 0.2 * torch.randn(weight.shape, generator=generator)


def test_grpo_compares_a_score_with_the_mean_of_its_question_in_standard_deviations(make: Make) -> None:
    found = sampled(make(GRPO, known), [0, 1])["advantages"]
    # mean 1; squared distances 4, 0, 1, 1 over 3 make a variance of 2; equal scores teach nothing
    deviation = 2**0.5 + 1e-4
    expected = [2 / deviation, 0.0, -1 / deviation, -1 / deviation, 0.0, 0.0, 0.0, 0.0]
    torch.testing.assert_close(found, torch.tensor(expected))


def test_rloo_compares_a_score_with_the_mean_of_the_others(make: Make) -> None:
    found = sampled(make(RLOO, known), [0, 1])["advantages"]
    expected = [3 - 1 / 3, 1 - 1.0, 0 - 4 / 3, 0 - 4 / 3, 0.0, 0.0, 0.0, 0.0]
    torch.testing.assert_close(found, torch.tensor(expected))


@BOTH
def test_tokens_behind_the_first_that_ends_an_answer_are_masked(kind: Any, make: Make) -> None:
    trainer = make(kind, known)
    found = sampled(trainer, [0, 1])
    lengths = set()
    for ids, mask in zip(found["completion_ids"].tolist(), found["completion_mask"].tolist(), strict=True):
        length = next((place + 1 for place, token in enumerate(ids) if token % 3 == 0), len(ids))
        assert mask == [1] * length + [0] * (len(ids) - length)
        assert ids[length:] == [END] * (len(ids) - length)
        lengths.add(length)
    assert len(lengths) > 1


@BOTH
def test_an_end_token_that_is_the_padding_counts_where_it_ends_an_answer(kind: Any, make: Make) -> None:
    seen: list[list[int]] = []

    def reward(completion_ids: list[list[int]], **_: Any) -> list[float]:
        seen.extend(completion_ids)
        return [0.0] * len(completion_ids)

    trainer = make(kind, reward, ends=frozenset({END}))
    bias = torch.zeros(trainer.model.config.vocab_size)
    bias[END], bias[1] = 40.0, 40.0  # it writes 1 or the end, each half of the time
    trainer.model.get_output_embeddings().register_forward_hook(lambda _, __, logits: logits + bias)
    found = sampled(trainer, [0, 1])
    counted = [
        ids[: int(mask.sum())].tolist()
        for ids, mask in zip(found["completion_ids"], found["completion_mask"], strict=True)
    ]
    assert counted == seen
    assert {ids[-1] for ids in seen if len(ids) < 6} == {END}
    assert all(END not in ids[:-1] for ids in seen)


@BOTH
def test_prompts_are_the_token_ids_of_the_questions(kind: Any, make: Make) -> None:
    found = sampled(make(kind, known), [2, 3])
    prompts = [
        ids[mask.bool()].tolist() for ids, mask in zip(found["prompt_ids"], found["prompt_mask"], strict=True)
    ]
    assert prompts == [PROMPTS[2]] * 4 + [PROMPTS[3]] * 4


@BOTH
def test_what_ends_an_answer_is_set_back_in_the_model(kind: Any, make: Make) -> None:
    trainer = make(kind, known)
    assert trainer.generation_config.eos_token_id == list(range(0, len(trainer.processing_class), 3))
    assert trainer.model.generation_config.eos_token_id == END


@BOTH
def test_only_the_adapter_that_is_trained_learns(kind: Any, make: Make) -> None:
    trainer = make(kind, known)
    learns = {name for name, weight in trainer.model.named_parameters() if weight.requires_grad}
    assert learns
    assert all(".default." in name for name in learns)


@BOTH
def test_the_reference_is_the_adapter_with_which_training_started(kind: Any, make: Make) -> None:
    trainer = make(kind, known, has_trained=True)
    sampled(trainer, [0, 1])
    assert divergence(trainer) == 0.0
    start = trainer.model.state_dict()
    reference = {name: weight.clone() for name, weight in start.items() if ".default." in name}
    perturb(trainer.model)
    found = sampled(trainer, [0, 1])
    ids = torch.cat([found["prompt_ids"], found["completion_ids"]], dim=1)
    seen = torch.cat([found["prompt_mask"], found["completion_mask"]], dim=1)
    now = logprobs(trainer.model, ids, seen)
    trainer.model.load_state_dict(reference, strict=False)
    before = logprobs(trainer.model, ids, seen)
    width = found["completion_ids"].shape[1]
    gaps = ((now - before)[:, -width:] * found["completion_mask"]).sum(dim=1)
    assert abs(float(gaps.mean())) > 0.01
    assert divergence(trainer) == pytest.approx(float(gaps.mean()), rel=1e-3)


def logprobs(model: Any, ids: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """Of each token but the first."""
    positions = (seen.cumsum(dim=1) - 1).clamp(min=0)
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=seen, position_ids=positions).logits
    return logits.log_softmax(dim=-1)[:, :-1].gather(2, ids[:, 1:, None])[..., 0]


def divergence(trainer: Any) -> float:
    """The latest one of the answers, in nats an answer, from TRL's figures as the log has them."""
    figures = trainer._metrics["train"]
    if KL_OF_ANSWERS in figures:
        return float(figures[KL_OF_ANSWERS][-1])
    return float(figures["kl"][-1] * figures["completions/mean_length"][-1])


@BOTH
def test_a_run_sees_as_many_answers_as_its_recipe_says(kind: Any, make: Make) -> None:
    batches: list[list[int]] = []

    def reward(prompts: list[int], **_: Any) -> list[float]:
        batches.append(list(prompts))
        return known(prompts)

    trainer = make(kind, reward)
    trainer.train()
    assert [len(batch) for batch in batches] == [8, 8, 8]
    assert all(batch[place] == batch[place - place % 4] for batch in batches for place in range(8))
    assert trainer.state.global_step == 3 * 2 * 2  # steps, minibatches, epochs


@BOTH
def test_with_the_reward_constant_nothing_moves(kind: Any, make: Make) -> None:
    trainer = make(kind, lambda prompts, **_: [1.0] * len(prompts), kl_coefficient=0)
    before = {
        name: weight.clone() for name, weight in trainer.model.named_parameters() if weight.requires_grad
    }
    trainer.train()
    for name, weight in trainer.model.named_parameters():
        if name in before:
            torch.testing.assert_close(weight, before[name], rtol=0, atol=0)


@BOTH
def test_what_is_rewarded_becomes_likelier(kind: Any, make: Make) -> None:
    written: list[tuple[int, int]] = []

    def reward(prompts: list[int], completion_ids: list[list[int]], **_: Any) -> list[float]:
        written.extend((number, ids[0]) for number, ids in zip(prompts, completion_ids, strict=True))
        return known(prompts)

    trainer = make(kind, reward, max_steps=1, max_new_tokens=1, minibatch_size=8, epochs=1)
    first = {number: first_logprobs(trainer.model, number) for number in range(len(PROMPTS))}
    trainer.train()
    gains = [
        float((first_logprobs(trainer.model, number) - first[number])[token]) for number, token in written
    ]
    assert gains[0] > 0 > max(gains[2:4])  # scores 3, 1, 0 and 0 to the same question


def first_logprobs(model: Any, number: int) -> torch.Tensor:
    """Of all tokens, as the first of an answer."""
    with torch.no_grad():
        logits: torch.Tensor = model(input_ids=torch.tensor([PROMPTS[number]])).logits
    return logits[0, -1].log_softmax(dim=-1)


@BOTH
def test_an_error_of_a_reward_comes_through(kind: Any, make: Make) -> None:
    def reward(**_: Any) -> list[float]:
        raise AlignError("the reward 'odd' failed")

    with pytest.raises(AlignError, match="'odd' failed"):
        make(kind, reward).train()
