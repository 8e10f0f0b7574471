from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from align_trainers.ppo.config import PPOConfig
from align_trainers.ppo.generation import Draft, write
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.rollout import Rollout
from align_trainers.ppo.trainer import PPOTrainer, explained_variance, padded, rate

Make = Callable[..., PPOTrainer]
PROMPTS = [[number, 8] for number in range(50, 55)]


def weights_of(trainer: PPOTrainer) -> list[torch.Tensor]:
    learn = [*trainer.policy.adapter_parameters(), *trainer.policy.value_head.parameters()]
    return [weights.detach().clone() for weights in learn]


def asked(trainer: PPOTrainer, steps: Sequence[int]) -> list[list[Draft]]:
    """The drafts that a trainer would have written in some steps."""
    seen: list[list[Draft]] = []

    def noting(_: Policy, drafts: Sequence[Draft], ends: frozenset[int]) -> list[Rollout]:
        seen.append(list(drafts))
        return [Rollout(draft.question, draft.prompt, [0], True, [0.0], [0.0]) for draft in drafts]

    trainer._sampler = noting
    for step in steps:
        trainer.step = step
        trainer.roll_out()
    return seen


def questions(drafts: Sequence[Draft]) -> list[int]:
    """The question of every second draft; two samples of each stand together."""
    assert [draft.question for draft in drafts[::2]] == [draft.question for draft in drafts[1::2]]
    return [draft.question for draft in drafts[::2]]


def test_every_prompt_is_asked_once_before_any_is_asked_again(make_trainer: Make) -> None:
    prompts = [[number, 8] for number in range(50, 65)]
    trainer = make_trainer(len, prompts=prompts, rollout_batch_size=8, samples_per_question=2)
    order = [question for drafts in asked(trainer, range(15)) for question in questions(drafts)]
    rounds = [order[start : start + 15] for start in range(0, 60, 15)]
    assert all(sorted(one) == list(range(15)) for one in rounds)
    assert len(set(map(tuple, rounds))) == 4


def test_a_step_may_ask_more_than_all_prompts(make_trainer: Make) -> None:
    trainer = make_trainer(len, prompts=PROMPTS, rollout_batch_size=28, samples_per_question=2)
    order = [question for drafts in asked(trainer, range(5)) for question in questions(drafts)]
    assert all(sorted(order[start : start + 5]) == [0, 1, 2, 3, 4] for start in range(0, 70, 5))


def test_a_draft_has_the_prompt_of_its_question(make_trainer: Make) -> None:
    for drafts in asked(make_trainer(len, prompts=PROMPTS), range(4)):
        assert all(draft.prompt == PROMPTS[draft.question] for draft in drafts)


def test_what_a_step_asks_follows_from_its_number(make_trainer: Make) -> None:
    ran, resumed = (asked(make_trainer(len, prompts=PROMPTS), steps) for steps in (range(6), [5]))
    for one, other in zip(ran[5], resumed[0], strict=True):
        assert one.question == other.question
        assert torch.equal(one.noise, other.noise)


def test_what_is_asked_follows_from_the_seed(make_trainer: Make) -> None:
    (one,), (other,) = (asked(make_trainer(len, prompts=PROMPTS, seed=seed), [0]) for seed in (1, 2))
    assert not any(torch.equal(a.noise, b.noise) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("prompts", [PROMPTS, PROMPTS[:1], PROMPTS[:3]])
def test_no_two_answers_are_sampled_alike(make_trainer: Make, prompts: list[list[int]]) -> None:
    trainer = make_trainer(len, prompts=prompts, rollout_batch_size=8, samples_per_question=2)
    drafts = [draft for step in asked(trainer, range(6)) for draft in step]
    assert len({tuple(draft.noise.tolist()) for draft in drafts}) == len(drafts) == 48


def test_answers_stand_in_the_order_of_their_questions(make_trainer: Make) -> None:
    trainer = make_trainer(len, prompts=PROMPTS)
    (drafts,) = asked(trainer, [2])
    trainer._sampler = write
    rollouts = trainer.roll_out()
    assert [rollout.question for rollout in rollouts] == [draft.question for draft in drafts]
    alone = [write(trainer.policy, [draft], frozenset({0}))[0].answer for draft in drafts]
    assert [rollout.answer for rollout in rollouts] == alone


def test_scores_become_rewards_advantages_and_returns_worked_by_hand(make_trainer: Make) -> None:
    trainer = make_trainer(len, gae_lambda=1.0)
    rollouts = [
        Rollout(0, [7, 8, 9], [20, 21, 0], True, [-1.0, -2.0, -3.0], [0.5, 0.0, 0.25]),
        Rollout(0, [7, 8, 9], [0], True, [-1.0], [-0.5]),
    ]
    found = trainer.judge(rollouts)  # their lengths are their scores: 3 and 1
    score = 1 / math.sqrt(2)  # (3 - 2) / the deviation of 3 and 1
    gains = np.array([score - 0.5, score, score - 0.25, -score + 0.5])
    assert found.mask.tolist() == [[True, True, True], [True, False, False]]
    assert found.returns[found.mask].tolist() == pytest.approx([score, score, score, -score])
    whitened = (gains - gains.mean()) / gains.std(ddof=1)
    assert found.advantages[found.mask].tolist() == pytest.approx(whitened.tolist(), rel=1e-5)
    assert not found.advantages[~found.mask].any()
    assert found.figures["reward"] == 2
    assert found.figures["answer_tokens"] == 2
    assert found.figures["kl"] == 0


def test_neither_scores_nor_advantages_need_be_scaled(make_trainer: Make) -> None:
    trainer = make_trainer(
        len, gae_lambda=0.0, gamma=0.5, normalise_rewards=False, whiten_advantages=False, credit="answer"
    )
    rollouts = [
        Rollout(0, [7, 8, 9], [20, 0], True, [-1.0, -2.0], [0.5, 1.0]),
        Rollout(0, [7, 8, 9], [0], True, [-1.0], [3.0]),
    ]
    found = trainer.judge(rollouts)
    assert found.advantages.tolist() == [[0.5 * 1.0 - 0.5, 2 - 1.0], [1 - 3.0, 0.0]]
    assert found.returns.tolist() == [[0.5, 2.0], [1.0, 0.0]]


def test_divergence_from_the_base_lowers_the_rewards(make_trainer: Make, adapted: Callable[..., Any]) -> None:
    trainer = make_trainer(
        lambda _: 0.0,
        model=adapted(strength=0.2),
        kl_coefficient=0.3,
        gae_lambda=0.0,
        whiten_advantages=False,
    )
    trainer.step = 1
    rollouts = trainer.roll_out()
    found = trainer.judge(rollouts)
    base, sums = adapted(strength=0.0), []
    for row, rollout in enumerate(rollouts):
        with torch.no_grad():
            logits = base(input_ids=torch.tensor([[*rollout.prompt, *rollout.answer]])).logits[0]
        before = logits.log_softmax(dim=-1)[len(rollout.prompt) - 1 : -1]
        reference = before[range(len(rollout.answer)), list(rollout.answer)]
        divergence = torch.tensor(rollout.logprobs) - reference
        assert found.returns[row][found.mask[row]].tolist() == pytest.approx(
            (-0.3 * divergence).tolist(), abs=1e-5
        )
        sums.append(float(divergence.sum()))
    assert found.figures["kl"] == pytest.approx(np.mean(sums), abs=1e-5)
    assert abs(np.mean(sums)) > 0.1


def test_divergence_is_0_in_the_first_step_and_the_price_stays(make_trainer: Make) -> None:
    trainer = make_trainer(lambda answer: answer[0] % 2, kl_coefficient=0.1, kl_target=1.0, kl_horizon=100)
    assert trainer.take_step()["kl"] == 0.0
    assert trainer.price.coefficient == pytest.approx(0.1 * (1 - 0.2 * 8 / 100))  # below its target
    figures = trainer.take_step()
    assert figures["kl"] != 0.0
    assert figures["kl_coefficient"] == pytest.approx(0.1 * (1 - 0.2 * 8 / 100))
    assert trainer.step == 2


@pytest.mark.parametrize("reward", [0.0, 1.0, -0.3])
def test_with_a_constant_reward_nothing_moves(make_trainer: Make, reward: float) -> None:
    trainer = make_trainer(lambda _: reward, kl_coefficient=0.05)
    before = weights_of(trainer)
    for _ in range(3):
        trainer.take_step()
    assert all(torch.equal(one, other) for one, other in zip(before, weights_of(trainer), strict=True))


def test_with_rewards_that_differ_everything_learns_and_nothing_else(make_trainer: Make) -> None:
    trainer = make_trainer(lambda answer: answer[0] / 385)
    base = {
        name: weights.clone()
        for name, weights in trainer.policy.model.named_parameters()
        if not weights.requires_grad
    }
    before = weights_of(trainer)
    for _ in range(2):
        trainer.take_step()
    assert all(not torch.equal(one, other) for one, other in zip(before, weights_of(trainer), strict=True))
    now = dict(trainer.policy.model.named_parameters())
    assert all(torch.equal(now[name], weights) for name, weights in base.items())


def test_every_epoch_learns_from_each_answer_once_and_keeps_those_to_a_question_together(
    make_trainer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = make_trainer(
        lambda answer: answer[0],
        prompts=PROMPTS,
        rollout_batch_size=12,
        minibatch_size=6,
        samples_per_question=3,
        micro_batch_size=4,
        epochs=3,
    )
    experience = trainer.judge(trainer.roll_out())
    seen: list[list[int]] = []
    evaluate = trainer.policy.evaluate
    number = {id(rollout): place for place, rollout in enumerate(experience.rollouts)}

    def noting(rollouts: Sequence[Rollout]) -> Any:
        seen.append([number[id(rollout)] for rollout in rollouts])
        return evaluate(rollouts)

    monkeypatch.setattr(trainer.policy, "evaluate", noting)
    trainer.learn(experience)
    assert [len(part) for part in seen] == [4, 2] * 6
    minibatches = [seen[place] + seen[place + 1] for place in range(0, 12, 2)]
    for epoch in range(3):
        assert sorted(minibatches[2 * epoch] + minibatches[2 * epoch + 1]) == list(range(12))
    for minibatch in minibatches:
        assert [place // 3 for place in minibatch[::3]] == [place // 3 for place in minibatch[2::3]]
    assert len(set(map(tuple, minibatches))) > 2


def test_how_many_answers_are_computed_at_once_changes_nothing(make_trainer: Make) -> None:
    figures, weights = [], []
    for size in (1, 3, 16):
        trainer = make_trainer(lambda answer: answer[0] % 7, micro_batch_size=size)
        figures.append(trainer.take_step())
        weights.append(weights_of(trainer))
    for other in (1, 2):
        assert figures[other] == pytest.approx(figures[0], abs=1e-4)
        for one, two in zip(weights[0], weights[other], strict=True):
            assert float((one - two).abs().mean()) < 1e-4


def test_the_first_update_has_the_gradient_of_the_advantages_by_hand(make_trainer: Make) -> None:
    trainer = make_trainer(
        lambda answer: answer[0] % 7, epochs=1, minibatch_size=8, max_grad_norm=1e9, value_coefficient=0.0
    )
    experience = trainer.judge(trainer.roll_out())
    now = trainer.policy.evaluate(experience.rollouts)
    gain = (now.logprobs * experience.advantages[experience.mask]).mean()
    learn = trainer.policy.adapter_parameters()
    expected = torch.autograd.grad(-gain, learn)
    norm = math.sqrt(sum(float(one.square().sum()) for one in expected))
    figures = trainer.learn(experience)
    assert figures["grad_norm"] == pytest.approx(norm, rel=1e-4)
    assert figures["clip_fraction"] == 0
    assert figures["approx_kl"] == pytest.approx(0, abs=1e-6)
    assert figures["policy_loss"] == pytest.approx(
        -float(experience.advantages[experience.mask].mean()), abs=1e-5
    )
    assert figures["entropy"] == pytest.approx(float(now.entropy.mean()), rel=1e-5)


def test_padded_worked_by_hand() -> None:
    mask, values = padded([[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]])
    assert values.tolist() == [[1, 2, 0], [3, 0, 0], [4, 5, 6]]
    assert mask.tolist() == [[True, True, False], [True, False, False], [True, True, True]]


def test_explained_variance_worked_by_hand() -> None:
    returns = torch.tensor([0.0, 2.0, 4.0])  # variance 4
    assert explained_variance(returns, returns) == 1
    assert explained_variance(returns + 5, returns) == 1
    assert explained_variance(torch.zeros(3), returns) == 0
    assert explained_variance(torch.tensor([0.0, 1.0, 2.0]), returns) == pytest.approx(1 - 1 / 4)
    assert explained_variance(-returns, returns) == pytest.approx(1 - 16 / 4)


def test_explained_variance_of_equal_returns_is_0() -> None:
    assert explained_variance(torch.tensor([0.0, 1.0]), torch.ones(2)) == 0


def test_where_all_answers_earn_the_same_the_policy_stays_whatever_was_expected(make_trainer: Make) -> None:
    trainer = make_trainer(lambda _: 1.0)
    torch.nn.init.normal_(trainer.policy.value_head.weight, std=0.1)
    before = [one.clone() for one in trainer.policy.adapter_parameters()]
    experience = trainer.judge(trainer.roll_out())
    assert float(experience.values.std()) > 0
    assert not experience.advantages.any()
    trainer.config = trainer.config.model_copy(update={"value_coefficient": 0.0})
    trainer.learn(experience)
    after = trainer.policy.adapter_parameters()
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_after_learning_the_model_is_ready_to_be_measured(make_trainer: Make) -> None:
    trainer = make_trainer(len, gradient_checkpointing=True)
    trainer.take_step()
    assert not trainer.policy.model.training


def test_the_rate_rises_to_its_highest_and_is_never_0() -> None:
    config = PPOConfig(max_steps=10, warmup=0.2)
    linear = [rate(config, step) for step in range(10)]
    assert linear == pytest.approx([1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])
    cosine = [rate(config.model_copy(update={"schedule": "cosine"}), step) for step in (2, 6)]
    assert cosine == pytest.approx([1.0, 0.5])
    steady = config.model_copy(update={"schedule": "constant_with_warmup"})
    assert [rate(steady, step) for step in (0, 2, 9)] == pytest.approx([1 / 3, 1.0, 1.0])
