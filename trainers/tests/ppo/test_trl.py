"""Our estimators and losses, and those of TRL 1.12, on batches that its PPO trainer recorded.

``about`` in trl_ppo_numbers.json tells its conventions. Where they are not ours, the masks that TRL used are
fed to our formulas, and a test of its own says what differs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from align_trainers.ppo.estimators import advantages, standardised, token_rewards
from align_trainers.ppo.losses import policy_loss, value_loss
from align_trainers.ppo.policy import entropy
from align_trainers.ppo.trainer import padded

RECORDED = json.loads(Path(__file__).parents[1].joinpath("trl_ppo_numbers.json").read_text(encoding="utf-8"))
CASES = list(RECORDED["cases"].values())
WITH_OUR_DIVERGENCE = [case for case in CASES if case["settings"]["kl_estimator"] == "k1"]
PAD_IS_END, PAD_OF_ITS_OWN = CASES[0], CASES[2]
MINIBATCHES = [(case, number) for case in CASES for number in range(len(case["minibatches"]))]
END = 0

each_case = pytest.mark.parametrize("case", CASES, ids=list(RECORDED["cases"]))
each_minibatch = pytest.mark.parametrize(("case", "number"), MINIBATCHES)


def tensors(recorded: dict[str, Any]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value) for name, value in recorded.items()}


def close(ours: torch.Tensor, theirs: torch.Tensor, within: float = 1e-5) -> None:
    torch.testing.assert_close(ours, theirs, rtol=within, atol=within)


def minibatch(case: dict[str, Any], number: int) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What one update computed, and its rows of the batch."""
    update = tensors(case["minibatches"][number])
    batch = {name: values[update["answers"]] for name, values in tensors(case["rollout"]).items()}
    return update, batch


@pytest.mark.parametrize("case", WITH_OUR_DIVERGENCE)
def test_divergence_and_rewards_are_those_of_trl(case: dict[str, Any]) -> None:
    batch, kl = tensors(case["rollout"]), case["settings"]["kl_coef"]
    nothing = torch.zeros_like(batch["scores"])
    old, reference, mask = batch["old_logprobs"], batch["reference_logprobs"], batch["state_mask"]
    close(token_rewards(nothing, old, reference, mask, -1.0), batch["divergence"])
    close(token_rewards(batch["scores"], old, reference, mask, kl), batch["rewards"])


@each_case
def test_advantages_and_returns_are_those_of_trl(case: dict[str, Any]) -> None:
    batch, settings = tensors(case["rollout"]), case["settings"]
    found = advantages(
        batch["rewards"],
        batch["old_values"],
        batch["state_mask"],
        gamma=settings["gamma"],
        lam=settings["lam"],
    )
    close(found, batch["advantages_unwhitened"])
    close(found + batch["old_values"], batch["returns"])


@each_case
def test_whitening_is_that_of_trl(case: dict[str, Any]) -> None:
    """TRL divides by the root of variance + 1e-8, we by the deviation: 5e-9 apart at a variance of 1."""
    batch = tensors(case["rollout"])
    close(standardised(batch["advantages_unwhitened"], batch["action_mask"]), batch["advantages"])


@each_minibatch
def test_the_policy_loss_is_that_of_trl(case: dict[str, Any], number: int) -> None:
    update, batch = minibatch(case, number)
    mask = batch["action_mask"]
    new = update["new_logprobs"].requires_grad_()
    found = policy_loss(
        new[mask], batch["old_logprobs"][mask], batch["advantages"][mask], case["settings"]["cliprange"]
    )
    close(found.loss.mean(), update["policy_loss"])
    close(found.is_clipped.float().mean(), update["policy_clip_fraction"])
    found.loss.mean().backward()
    close(new.grad, update["gradient_of_logprobs"])


@each_minibatch
def test_the_value_loss_is_that_of_trl(case: dict[str, Any], number: int) -> None:
    update, batch = minibatch(case, number)
    mask, settings = batch["state_mask"], case["settings"]
    new = update["new_values"].requires_grad_()
    found = value_loss(
        new[mask], batch["old_values"][mask], batch["returns"][mask], settings["cliprange_value"]
    )
    close(found.loss.mean(), update["value_loss"])
    close(found.is_clipped.float().mean(), update["value_clip_fraction"])
    (settings["vf_coef"] * found.loss.mean()).backward()
    close(new.grad, update["gradient_of_values"])


def test_entropy_is_that_of_trl() -> None:
    logits = torch.tensor(RECORDED["entropy"]["logits"])
    close(entropy(logits.log_softmax(dim=-1)), torch.tensor(RECORDED["entropy"]["entropy"]))


def test_the_recorded_updates_clip_on_both_sides() -> None:
    policy = [one["policy_clip_fraction"] for case in CASES for one in case["minibatches"]]
    value = [one["value_clip_fraction"] for case in CASES for one in case["minibatches"]]
    assert min(policy) == min(value) == 0
    assert max(policy) > 0.5
    assert max(value) > 0.5


def test_where_pad_is_the_end_trl_leaves_the_end_token_out_of_the_policy_loss_and_we_do_not() -> None:
    """TRL infers masks from token ids, so the end token counts as pad; we know where answers end.

    Its value gets trained by TRL, too: our mask is TRL's state_mask, its action_mask one token less in
    each answer that ended.
    """
    batch = tensors(PAD_IS_END["rollout"])
    answers = [ids[: ids.index(END) + 1] if END in ids else ids for ids in batch["responses"].tolist()]
    ours, _ = padded([[0.0] * len(answer) for answer in answers])
    assert torch.equal(ours, batch["state_mask"])
    more = (ours & ~batch["action_mask"]).sum(dim=1)
    assert more.tolist() == [int(answer[-1] == END) for answer in answers]
    assert more.sum() >= 4


def test_where_pad_is_not_the_end_trl_scores_a_token_behind_the_last_and_we_the_last() -> None:
    """An answer that fills all columns has no token behind it, so there TRL scores the last one as we do."""
    batch = tensors(PAD_OF_ITS_OWN["rollout"])
    ours = token_rewards(
        batch["scores"], batch["old_logprobs"], batch["reference_logprobs"], batch["action_mask"], 0.0
    )
    scored = ours.abs().argmax(dim=1)
    fills = batch["action_mask"].all(dim=1)
    assert torch.equal(batch["score_index"], torch.where(fills, scored, scored + 1))
    assert 0 < int(fills.sum()) < len(fills)
