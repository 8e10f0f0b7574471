from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from align_trainers.model import TRAINED
from align_trainers.ppo.policy import REFERENCE, Evaluation, Policy, entropy, possible_ids, restricted
from align_trainers.ppo.rollout import Rollout

END = 0  # ends turns and texts, and is the pad token of the tiny model
ROLLOUTS = [
    Rollout(0, [7, 8, END, 9], [20, 21, 22, END], True, [], []),
    Rollout(0, [7, 8, END, 9], [20, 21, 30], False, [], []),
    Rollout(0, [7, 8, END, 9], [20, 21, 22, END], True, [], []),  # equal to the first
    Rollout(1, [7, 8, END, 9, 20], [21, END, END, 40], False, [], []),  # its prompt begins with the first one
    Rollout(2, [7, 8], [END], True, [], []),  # its prompt begins the first one
    Rollout(3, [50, 51, 52, 53, 54, 55, 56], [57, 58], False, [], []),
    Rollout(4, [60], [5, 6, END], True, [], [], [[5, 9], [6], [END, 70, 80]]),
    Rollout(4, [60], [9, 5, END], True, [], [], [[5, 9], [5, 10], [END]]),
]
CONSTRAINED = [rollout for rollout in ROLLOUTS if rollout.allowed]
# 7 8 0 9, 20 21 22, 30 is only predicted; 0 0 behind 20 21; 8 of the fourth prompt is shared
TOKENS_IN_THE_ROW = len([7, 8, END, 9, 20, 21, 22, END, END, 50, 51, 52, 53, 54, 55, 56, 57, 60, 5, 6, 9, 5])


def alone(policy: Policy, rollout: Rollout) -> Evaluation:
    """The same numbers from a plain call of the model on one text."""
    ids = torch.tensor([[*rollout.prompt, *rollout.answer]])
    found = policy.model(input_ids=ids, output_hidden_states=True)
    before = slice(len(rollout.prompt) - 1, -1)
    logits = found.logits[0, before] / policy.temperature
    for place, allowed in enumerate(rollout.allowed):
        others = [number for number in range(logits.shape[1]) if number not in allowed]
        logits[place, others] = -torch.inf
    logprobs = logits.log_softmax(dim=-1)
    chosen = torch.stack([row[token] for row, token in zip(logprobs, rollout.answer, strict=True)])
    spread = -(logprobs.exp() * logprobs).nan_to_num(0.0).sum(dim=-1)
    values = found.hidden_states[-1][0, before] @ policy.value_head.weight[0] + policy.value_head.bias
    return Evaluation(chosen, spread, values)


def together(policy: Policy, rollouts: Sequence[Rollout]) -> Evaluation:
    """`alone` for each rollout, one after the other."""
    found = [alone(policy, rollout) for rollout in rollouts]
    return Evaluation(
        torch.cat([one.logprobs for one in found]),
        torch.cat([one.entropy for one in found]),
        torch.cat([one.values for one in found]),
    )


def gradients(policy: Policy) -> dict[str, torch.Tensor | None]:
    return {name: weights.grad for name, weights in policy.model.named_parameters()}


@pytest.mark.parametrize(
    ("rollouts", "spread"), [(ROLLOUTS, (1, 0.5)), (CONSTRAINED, (0.3, 0.3))], ids=["all", "constrained"]
)
@pytest.mark.parametrize("temperature", [1.0, 0.7, 2.0])
def test_a_prefix_tree_computes_what_each_text_does_alone(
    make_policy: Callable[..., Policy],
    temperature: float,
    rollouts: list[Rollout],
    spread: tuple[float, float],
) -> None:
    policy = make_policy(temperature)
    with torch.no_grad():
        ours, plain = policy.evaluate(rollouts), together(policy, rollouts)
    torch.testing.assert_close(ours.logprobs, plain.logprobs, rtol=0, atol=1e-5)
    torch.testing.assert_close(ours.entropy, plain.entropy, rtol=0, atol=1e-5)
    torch.testing.assert_close(ours.values, plain.values, rtol=0, atol=1e-5)
    # so that a wrong text, or a wrong place, would show
    assert plain.logprobs.std() > spread[0]
    assert plain.values.std() > spread[1]


def test_temperature_flattens_the_probabilities(make_policy: Callable[..., Policy]) -> None:
    one, two = make_policy(1.0), make_policy(2.0)
    with torch.no_grad():
        assert (two.evaluate(ROLLOUTS[:4]).entropy > one.evaluate(ROLLOUTS[:4]).entropy).all()


def test_the_model_reads_every_shared_beginning_once(policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    read, forward = [], policy.model.forward

    def noting(**inputs: Any) -> Any:
        read.append(inputs["input_ids"].shape)
        return forward(**inputs)

    monkeypatch.setattr(policy.model, "forward", noting)
    with torch.no_grad():
        policy.evaluate(ROLLOUTS)
    assert read == [(1, TOKENS_IN_THE_ROW)]


@pytest.mark.parametrize("rollouts", [ROLLOUTS, CONSTRAINED], ids=["all", "constrained"])
def test_a_prefix_tree_has_the_gradient_of_the_texts_alone(policy: Policy, rollouts: list[Rollout]) -> None:
    weight = torch.linspace(-1, 2, sum(len(rollout.answer) for rollout in rollouts))
    found = []
    for evaluate in (Policy.evaluate, together):
        policy.model.zero_grad()
        policy.value_head.zero_grad()
        now = evaluate(policy, rollouts)
        (now.logprobs @ weight + now.values @ weight).backward()
        learn = [*policy.adapter_parameters(), *policy.value_head.parameters()]
        found.append([weights.grad.clone() for weights in learn])
    for packed, plain in zip(*found, strict=True):
        torch.testing.assert_close(packed, plain, rtol=1e-4, atol=1e-5)
        assert plain.abs().max() > 1e-3


def test_no_gradient_reaches_the_base(policy: Policy) -> None:
    now = policy.evaluate(ROLLOUTS)
    (now.logprobs.sum() + now.values.sum()).backward()
    assert {name for name, one in gradients(policy).items() if one is not None} == {
        name for name in gradients(policy) if "lora_" in name
    }


def test_a_new_policy_values_every_text_at_0(adapted: Callable[..., Any]) -> None:
    assert not Policy(adapted()).evaluate(ROLLOUTS).values.any()


def test_restricted_leaves_the_allowed_ids_in() -> None:
    logits = torch.arange(8.0).reshape(2, 4)
    infinite = -torch.inf
    assert restricted(logits, [[1, 3], []]).tolist() == [[infinite, 1, infinite, 3], [4, 5, 6, 7]]
    assert restricted(logits, [[], []]).tolist() == logits.tolist()


def test_possible_ids_are_those_of_all_rows_unless_one_is_free() -> None:
    logits = torch.arange(8.0).reshape(2, 4)
    ids = possible_ids([[1, 3], [3]])
    assert ids is not None
    assert ids.tolist() == [1, 3]
    assert restricted(logits[:, ids], [[1, 3], [3]], ids).tolist() == [[1, 3], [-torch.inf, 7]]
    assert possible_ids([[1, 3], []]) is None


def test_entropy_worked_by_hand() -> None:
    probabilities = torch.tensor([[0.5, 0.25, 0.25, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert entropy(probabilities.log()).tolist() == pytest.approx([1.5 * torch.tensor(2.0).log().item(), 0.0])


def test_the_reference_of_a_new_adapter_is_the_base_model(adapted: Callable[..., Any]) -> None:
    model = adapted()
    policy = Policy(model)
    with torch.no_grad():
        with policy.reference():
            before = policy.evaluate(ROLLOUTS).logprobs
        assert torch.equal(policy.evaluate(ROLLOUTS).logprobs, before)
        learn(policy)
        with policy.reference():
            assert torch.equal(policy.evaluate(ROLLOUTS).logprobs, before)
        assert not torch.allclose(policy.evaluate(ROLLOUTS).logprobs, before, atol=0.1)
        base = Policy(model.unload())
    torch.testing.assert_close(base.evaluate(ROLLOUTS).logprobs.detach(), before, rtol=0, atol=0)


def test_the_reference_is_the_adapter_that_training_started_from(adapted: Callable[..., Any]) -> None:
    model = adapted(strength=0.3, seed=1)
    policy = Policy(model)
    with torch.no_grad():
        started = policy.evaluate(ROLLOUTS).logprobs
    add_reference(model)
    policy = Policy(model)
    with torch.no_grad():
        learn(policy)
        learnt = policy.evaluate(ROLLOUTS).logprobs
        with policy.reference():
            assert torch.equal(policy.evaluate(ROLLOUTS).logprobs, started)
        assert torch.equal(policy.evaluate(ROLLOUTS).logprobs, learnt)
    assert not torch.allclose(learnt, started, atol=0.1)


@pytest.mark.parametrize("has_reference", [False, True])
def test_behind_the_reference_the_trained_adapter_learns_again_and_alone(
    adapted: Callable[..., Any], has_reference: bool
) -> None:
    model = adapted(strength=0.3)
    if has_reference:
        add_reference(model)
    policy = Policy(model)
    learning = policy.adapter_parameters()
    with torch.no_grad(), policy.reference():
        policy.evaluate(ROLLOUTS)
    now = policy.adapter_parameters()
    assert [id(weights) for weights in now] == [id(weights) for weights in learning]
    policy.evaluate(ROLLOUTS).logprobs.sum().backward()
    reached = {name for name, one in gradients(policy).items() if one is not None}
    assert reached == {name for name in gradients(policy) if f".{TRAINED}." in name}
    assert len(reached) == len(now) > 10


def test_an_error_while_the_reference_is_asked_leaves_the_trained_adapter_on(
    adapted: Callable[..., Any],
) -> None:
    for has_reference in (False, True):
        model = adapted(strength=0.3)
        if has_reference:
            add_reference(model)
        policy = Policy(model)
        with torch.no_grad():
            before = policy.evaluate(ROLLOUTS).logprobs
            with pytest.raises(KeyboardInterrupt), policy.reference():
                raise KeyboardInterrupt
            assert torch.equal(policy.evaluate(ROLLOUTS).logprobs, before)


def learn(policy: Policy) -> None:
    """Move the trained adapter far."""
    torch.manual_seed(5)
    for weights in policy.adapter_parameters():
        weights.add_(0.3 * torch.randn_like(weights))


def add_reference(model: Any) -> None:
    """Give a model a second adapter, `REFERENCE`, equal to the one that learns."""
    model.add_adapter(REFERENCE, model.peft_config[TRAINED])
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name in weights:
            if f".{TRAINED}." in name:
                weights[name.replace(f".{TRAINED}.", f".{REFERENCE}.")].copy_(weights[name])
    model.set_adapter(TRAINED)
    model.eval()
