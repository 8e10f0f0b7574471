from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple
from itertools import groupby
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from align_trainers.ppo.generation import Draft, pick, write
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.rollout import Rollout

END = 0  # ends turns and texts, and is the pad token of the tiny model
ENDS = frozenset({END, *range(300, 340)})  # so many that some answers end soon
# they begin alike, are of very different lengths, and hold the token that pads and ends
PROMPTS = [
    [7, END, 8, 9],
    [7, END, 8, 10, 11, END, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
    [7, END, 8, END],
    [7, END, END, 60, 61],
]
MakeDraft = Callable[..., Draft]


def drafts(
    make: MakeDraft, prompts: Sequence[Sequence[int]], *, each: int = 4, tokens: int = 12
) -> list[Draft]:
    """Some drafts of each prompt; which noise one gets follows from its place."""
    return [
        make(prompt, 100 * number + sample, tokens=tokens)
        for number, prompt in enumerate(prompts)
        for sample in range(each)
    ]


def check_against_evaluation(policy: Policy, rollouts: Sequence[Rollout]) -> None:
    """What sampling noted of its tokens is what the policy says of them afterwards."""
    with torch.no_grad():
        found = policy.evaluate(rollouts)
    logprobs = [one for rollout in rollouts for one in rollout.logprobs]
    values = [one for rollout in rollouts for one in rollout.values]
    assert logprobs == pytest.approx(found.logprobs.tolist(), abs=1e-5)
    assert values == pytest.approx(found.values.tolist(), abs=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_what_is_noted_while_sampling_is_what_the_policy_says(
    make_policy: Callable[..., Policy], make_draft: MakeDraft, temperature: float
) -> None:
    policy = make_policy(temperature)
    rollouts = write(policy, drafts(make_draft, PROMPTS), ENDS)
    check_against_evaluation(policy, rollouts)
    lengths = {len(rollout.answer) for rollout in rollouts}
    assert len(lengths) > 4, lengths
    assert {rollout.is_finished for rollout in rollouts} == {True, False}


@pytest.mark.parametrize(
    "prompts", [PROMPTS[:1], [[END]], [[5], [6, 7, 8]], [[5, 6], [5, 6, 7]], [[5], [5, 6, 7]]]
)
def test_few_and_short_prompts(policy: Policy, make_draft: MakeDraft, prompts: list[list[int]]) -> None:
    rollouts = write(policy, drafts(make_draft, prompts), ENDS)
    check_against_evaluation(policy, rollouts)
    for rollout, draft in zip(rollouts, drafts(make_draft, prompts), strict=True):
        assert rollout.answer == write(policy, [draft], ENDS)[0].answer


def test_an_answer_does_not_depend_on_those_beside_it(policy: Policy, make_draft: MakeDraft) -> None:
    together = write(policy, drafts(make_draft, PROMPTS, each=6), ENDS)
    alone = [write(policy, [draft], ENDS)[0] for draft in drafts(make_draft, PROMPTS, each=6)]
    for one, other in zip(together, alone, strict=True):
        assert (one.question, one.answer, one.is_finished) == (
            other.question,
            other.answer,
            other.is_finished,
        )
        assert one.prompt == other.prompt
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)
        assert one.values == pytest.approx(other.values, abs=1e-5)
    assert len({tuple(one.answer) for one in together}) > 20


def test_the_order_of_drafts_does_not_matter(policy: Policy, make_draft: MakeDraft) -> None:
    order = np.random.default_rng(3).permutation(16).tolist()
    some, others = drafts(make_draft, PROMPTS), drafts(make_draft, PROMPTS)
    sorted_ones = write(policy, some, ENDS)
    shuffled = write(policy, [others[number] for number in order], ENDS)
    assert [sorted_ones[number].answer for number in order] == [rollout.answer for rollout in shuffled]


def test_rows_that_ended_are_no_longer_computed(
    policy: Policy, make_draft: MakeDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, forward = [], policy.forward

    def noting(**inputs: Any) -> Any:
        sizes.append(tuple(inputs["input_ids"].shape))
        return forward(**inputs)

    monkeypatch.setattr(policy, "forward", noting)
    rollouts = write(policy, drafts(make_draft, PROMPTS, each=6), ENDS)
    shared, rest = 2, len(PROMPTS[1]) - 2
    assert sizes[:2] == [(1, shared), (len(PROMPTS), rest)]  # a prompt is read once for all its drafts
    steps = range(1, max(len(rollout.answer) for rollout in rollouts))
    left = [sum(len(rollout.answer) > step for rollout in rollouts) for step in steps]
    rows = [size for size, _ in sizes[2:]]
    assert len(rows) == len(left)
    assert all(count <= size <= count / 0.75 for count, size in zip(left, rows, strict=True))
    assert len(list(groupby(rows))) > 3


def test_an_answer_ends_with_an_end_or_is_cut_off(policy: Policy, make_draft: MakeDraft) -> None:
    rollouts = write(policy, drafts(make_draft, PROMPTS, each=8, tokens=7), ENDS)
    for rollout in rollouts:
        assert not set(rollout.answer[:-1]) & ENDS
        assert rollout.is_finished == (rollout.answer[-1] in ENDS)
        assert len(rollout.answer) <= 7
        assert rollout.is_finished or len(rollout.answer) == 7
        assert len(rollout.answer) == len(rollout.logprobs) == len(rollout.values)
        assert not rollout.allowed
    assert 0 < sum(rollout.is_finished for rollout in rollouts) < len(rollouts)


def test_an_end_in_the_last_place_is_an_end(policy: Policy, make_draft: MakeDraft) -> None:
    everything = frozenset(range(385))
    (rollout,) = write(policy, [make_draft(PROMPTS[0], 1, tokens=1)], everything)
    assert rollout.is_finished
    assert len(rollout.answer) == 1


def test_drafts_of_different_lengths_are_cut_off_at_their_own(policy: Policy, make_draft: MakeDraft) -> None:
    some = [make_draft(PROMPTS[0], number, tokens=number) for number in (1, 2, 5, 9)]
    rollouts = write(policy, some, frozenset())
    assert [len(rollout.answer) for rollout in rollouts] == [1, 2, 5, 9]
    check_against_evaluation(policy, rollouts)


def test_writing_leaves_no_gradient(policy: Policy, make_draft: MakeDraft) -> None:
    write(policy, drafts(make_draft, PROMPTS[:1]), ENDS)
    assert all(weights.grad is None for weights in policy.model.parameters())
    assert not torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled()


def test_pick_worked_by_hand() -> None:
    logprobs = torch.tensor([0.25, 0.0, 0.5, 0.25]).log().expand(7, 4)
    noise = torch.tensor([0.0, 0.2499, 0.25, 0.5, 0.7499, 0.7501, 1 - 2**-53], dtype=torch.float64)
    assert pick(logprobs, noise).tolist() == [0, 0, 2, 2, 2, 3, 3]


def test_pick_never_takes_an_impossible_token() -> None:
    logprobs = torch.tensor([[0.0, 0.3, 0.0, 0.7, 0.0]]).log().expand(3, 5)
    noise = torch.tensor([0.0, 0.3, 1 - 2**-53], dtype=torch.float64)
    assert pick(logprobs, noise).tolist() in ([1, 3, 3], [1, 1, 3])


def test_tokens_are_as_frequent_as_they_are_probable(policy: Policy, make_draft: MakeDraft) -> None:
    some = [make_draft(PROMPTS[3], seed, tokens=1) for seed in range(4000)]
    found = np.bincount([rollout.answer[0] for rollout in write(policy, some, frozenset())], minlength=385)
    with torch.no_grad():
        logits = policy.model(input_ids=torch.tensor([PROMPTS[3]])).logits[0, -1]
    expected = 4000 * logits.double().softmax(dim=-1).numpy()
    common = expected > 10
    expected = np.append(expected[common], expected[~common].sum())
    found = np.append(found[common], found[~common].sum())
    assert len(found) > 50
    assert chisquare(found, expected).pvalue > 0.01
    flat = np.full(len(found), 4000 / len(found))
    assert chisquare(found, flat).pvalue < 1e-6


def test_a_rollout_is_as_its_draft(policy: Policy, make_draft: MakeDraft) -> None:
    draft = make_draft(PROMPTS[0], 9)
    (rollout,) = write(policy, [draft], ENDS)
    assert astuple(rollout)[:2] == (9, PROMPTS[0])


def test_the_highest_noise_never_picks_what_is_impossible() -> None:
    logprobs = torch.tensor([[0.5, 0.5, 0.0]]).log()
    for noise in (torch.tensor([1.0]), torch.tensor([1 - 2**-53], dtype=torch.float64)):
        assert pick(logprobs, noise).tolist() == [1]
