"""Answers by vLLM: by a stand-in that notes what it is asked, and by itself where it is installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from pydantic import ValidationError
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from align_tasks.errors import AlignError
from align_trainers.ppo import vllm_sampler
from align_trainers.ppo.config import PPORecipe
from align_trainers.ppo.generation import Draft, estimated, write
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.vllm_sampler import TOKENS_A_PASS, VLLMSampler, room_for, seed_of

END = 0
ENDS = frozenset({END, 9})
LONGEST = 64
PROMPTS = ([7, 8, 10, 11], [7, 8, 30], [40, 41, 42, 43, 44])
MakeDraft = Callable[..., Draft]

HAS_VLLM = importlib.util.find_spec("vllm") is not None
needs_vllm = pytest.mark.skipif(not HAS_VLLM, reason="vLLM is not installed")


@pytest.fixture
def drafts(make_draft: MakeDraft) -> Callable[[], list[Draft]]:
    """Makes two drafts to each prompt, always the same ones."""
    return lambda: [
        make_draft(prompt, 2 * number + sample) for number, prompt in enumerate(PROMPTS) for sample in (0, 1)
    ]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """A vLLM that answers 5, 9 to every second prompt and 5, 6 to the others; grows by each call it gets."""
    calls: list[SimpleNamespace] = []

    class LLM:
        def __init__(self, **settings: Any) -> None:
            self.settings = settings

        def generate(self, prompts: Any, settings: Any, *, use_tqdm: bool, lora_request: Any) -> Any:
            weights = load_file(Path(lora_request.path) / "adapter_model.safetensors")
            call = SimpleNamespace(prompts=prompts, settings=settings, lora=lora_request, weights=weights)
            calls.append(SimpleNamespace(engine=self, **vars(call)))
            answers = [[5, 6 if number % 2 else 9] for number in range(len(prompts))]
            return [SimpleNamespace(outputs=[SimpleNamespace(token_ids=answer)]) for answer in answers]

    def lora_request(name: str, number: int, path: str) -> SimpleNamespace:
        return SimpleNamespace(name=name, number=number, path=path)

    request = ModuleType("vllm.lora.request")
    vllm = ModuleType("vllm")
    vllm.__spec__ = ModuleSpec("vllm", None)
    vars(vllm).update(LLM=LLM, SamplingParams=lambda **settings: SimpleNamespace(**settings))
    vars(request).update(LoRARequest=lora_request)
    monkeypatch.setitem(sys.modules, "vllm", vllm)
    monkeypatch.setitem(sys.modules, "vllm.lora", ModuleType("vllm.lora"))
    monkeypatch.setitem(sys.modules, "vllm.lora.request", request)
    for name in ("VLLM_ENABLE_V1_MULTIPROCESSING", "VLLM_LOGGING_LEVEL", "VLLM_LOGGING_STREAM"):
        monkeypatch.setenv(name, "0")  # and so put back behind the test
    for name in ("VLLM_CPU_KVCACHE_SPACE", "VLLM_NO_USAGE_STATS"):
        monkeypatch.setenv(name, "1")
    return calls


def recipe(**settings: Any) -> PPORecipe:
    return PPORecipe(engine="vllm", **settings)


def test_without_vllm_it_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(AlignError, match=r"vLLM, which is not installed\n.*pip install vllm"):
        VLLMSampler("model", recipe(), 20)


def test_several_processes_are_refused(
    stand_in: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm_sampler, "PartialState", lambda: SimpleNamespace(num_processes=2))
    with pytest.raises(AlignError, match="trains in one process"):
        VLLMSampler("model", recipe(), 20)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rollouts": "constrained"}, "rollouts: constrained needs engine: transformers"),
        ({"load_in_4bit": True}, "load_in_4bit needs engine: transformers"),
        ({"temperature": 0.005}, "temperature 0.005 needs engine: transformers"),
    ],
)
def test_settings_that_vllm_cannot_do_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        recipe(**settings)


def test_a_seed_is_the_first_number_of_the_noise_in_32_bits() -> None:
    noises = ([0.5, 0.1], [0.5, 0.9], [1 - 2**-53], [0.0], [2**-32])  # 1 - 2**-53 is the largest below 1
    seeds = [seed_of(torch.tensor(noise, dtype=torch.float64)) for noise in noises]
    assert seeds == [2**31, 2**31, 2**32 - 1, 0, 1]


@pytest.mark.parametrize(
    ("rank", "pattern", "room"), [(1, {}, 8), (8, {}, 8), (9, {}, 16), (64, {}, 64), (4, {"q_proj": 33}, 64)]
)
def test_there_is_room_for_the_highest_rank(rank: int, pattern: dict[str, int], room: int) -> None:
    assert room_for(LoraConfig(r=rank, rank_pattern=pattern)) == room


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_logprobs_and_values_are_those_that_the_policy_has_while_it_writes(
    make_policy: Callable[..., Policy], drafts: Callable[[], list[Draft]], temperature: float, size: int
) -> None:
    policy = make_policy(temperature)
    written = write(policy, drafts(), ENDS)
    bare = [replace(rollout, logprobs=[], values=[]) for rollout in written]
    found = estimated(policy, bare, size)
    assert [one.is_finished for one in found] == [one.is_finished for one in written]
    for ours, theirs in zip(found, written, strict=True):
        assert (ours.question, ours.prompt, ours.answer) == (theirs.question, theirs.prompt, theirs.answer)
        assert ours.logprobs == pytest.approx(theirs.logprobs, abs=1e-5)
        assert ours.values == pytest.approx(theirs.values, abs=1e-5)


def test_each_call_brings_the_adapter_as_it_is_under_a_new_name(
    policy: Policy, drafts: Callable[[], list[Draft]], stand_in: list[SimpleNamespace]
) -> None:
    sampler = VLLMSampler("model", recipe(max_new_tokens=6), 20)
    sampler(policy, drafts(), ENDS)
    with torch.no_grad():
        for weights in policy.adapter_parameters():
            weights.mul_(2)
    sampler(policy, drafts(), ENDS)
    first, second = stand_in
    assert first.engine is second.engine
    assert first.weights.keys() == second.weights.keys()
    assert all(torch.equal(second.weights[name], 2 * first.weights[name]) for name in first.weights)
    assert any(weights.any() for weights in first.weights.values())
    assert (first.lora.name, first.lora.number) != (second.lora.name, second.lora.number)
    assert not Path(first.lora.path).exists()


def test_each_draft_is_asked_by_its_own_seed_and_length(
    policy: Policy, drafts: Callable[[], list[Draft]], stand_in: list[SimpleNamespace]
) -> None:
    asked = drafts()
    found = VLLMSampler("model", recipe(temperature=0.7, precision="bf16"), 20)(policy, asked, ENDS)
    (call,) = stand_in
    assert [prompt["prompt_token_ids"] for prompt in call.prompts] == [list(one.prompt) for one in asked]
    assert [one.seed for one in call.settings] == [int(one.noise[0] * 2**32) for one in asked]
    assert {one.max_tokens for one in call.settings} == {6}
    assert {one.temperature for one in call.settings} == {0.7}
    assert all(one.stop_token_ids == [0, 9] and one.ignore_eos for one in call.settings)
    assert [rollout.answer for rollout in found] == [[5, 9], [5, 6]] * 3
    assert [rollout.is_finished for rollout in found] == [True, False] * 3
    engine = call.engine.settings
    assert (engine["dtype"], engine["max_model_len"], engine["max_lora_rank"]) == ("bfloat16", 20, 8)


def test_what_vllm_cannot_do_is_told_in_a_line(
    policy: Policy, drafts: Callable[[], list[Draft]], stand_in: list[SimpleNamespace]
) -> None:
    def fail(**_: Any) -> Any:
        raise ValueError("no room\nfor more")

    vars(sys.modules["vllm"]).update(LLM=fail)
    with pytest.raises(AlignError, match="vLLM cannot start: ValueError: no room\n"):
        VLLMSampler("model", recipe(), 20)(policy, drafts(), ENDS)


@pytest.fixture(scope="module")
def wide_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a random Llama, far from uniform, with heads as wide as vLLM wants them."""
    folder = tmp_path_factory.mktemp("models") / "wide"
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=600,
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=128,
        bos_token_id=None,
        eos_token_id=END,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight.mul_(10)
    model.save_pretrained(folder)
    return folder


@needs_vllm
@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_vllm_writes_what_the_policy_would_with_the_adapter_of_the_moment(
    wide_model: Path, drafts: Callable[[], list[Draft]], make_draft: MakeDraft
) -> None:
    torch.manual_seed(0)
    base = AutoModelForCausalLM.from_pretrained(wide_model).eval()
    lora = LoraConfig(task_type="CAUSAL_LM", r=12, lora_alpha=24, target_modules="all-linear")
    policy = Policy(get_peft_model(base, lora).eval())
    greedy = recipe().model_copy(update={"temperature": 0.0})
    sampler = VLLMSampler(str(wide_model), greedy, LONGEST)
    before = None
    for strength in (0.0, 0.1, 0.3):
        with torch.no_grad():
            for name, weights in policy.model.named_parameters():
                if "lora_B" in name:
                    torch.nn.init.normal_(weights, std=strength)
        found = [rollout.answer for rollout in sampler(policy, drafts(), ENDS)]
        assert found == [likeliest(policy, draft) for draft in drafts()]
        assert found != before
        before = found
    sampling = VLLMSampler(str(wide_model), recipe(), LONGEST)
    sampling._engine = sampler._engine  # there can be one in a process
    sampling._calls = 100
    whole = sampling(policy, drafts(), ENDS)
    assert [one.answer for one in sampling(policy, drafts()[::-1], ENDS)[::-1]] == [
        one.answer for one in whole
    ]
    assert sampling(policy, drafts()[3:4], ENDS)[0].answer == whole[3].answer
    assert len({tuple(one.answer) for one in whole}) == len(whole)
    long = [[number, *range(20, 78)] for number in range(10, 60)]
    assert sum(map(len, long)) > TOKENS_A_PASS
    assert len(sampling(policy, [make_draft(prompt, prompt[0], tokens=2) for prompt in long], ENDS)) == 50


def likeliest(policy: Policy, draft: Draft) -> list[int]:
    """The likeliest next token of a plain call of the model, again and again."""
    ids = list(draft.prompt)
    with torch.no_grad():
        while len(ids) < len(draft.prompt) + len(draft.noise):
            ids.append(int(policy.model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
            if ids[-1] in ENDS:
                break
    return ids[len(draft.prompt) :]
