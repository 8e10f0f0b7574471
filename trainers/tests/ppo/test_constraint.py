from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from align_tasks.parsing import parse_ranking
from align_trainers.encoding import Encoder
from align_trainers.ppo.constraint import Permutation
from align_trainers.ppo.generation import Draft, write
from align_trainers.ppo.policy import Policy
from align_trainers.ranking.questions import answer_text, candidate_ids

SMOLLM = Path(os.environ.get("ALIGN_CACHE", "")) / "models" / "SmolLM2-135M-Instruct"
QUESTIONS = {
    "words": ("en", ["red", "blood", "rose", "anger"]),
    "words that begin one another": ("en", ["car", "car park", "carpet", "car park attendant", "park"]),
    "words in words": ("en", ["art", "party", "part", "part of the party"]),
    "many words": (
        "en",
        ["sun", "sunny", "sunshine", "moon", "sky", "day", "hot", "ice cream", "beach", "sea"],
    ),
    "Chinese words": ("zh", ["红色", "红", "红花", "血", "中国红"]),
    "Chinese words of one another": ("zh", ["人", "人人", "个人", "人民", "一个人"]),
    "Japanese words": ("ja", ["人", "人々", "日", "日々"]),
}


@pytest.fixture(scope="module", params=["tiny", "SmolLM2"])
def tokenizers(request: pytest.FixtureRequest, tiny_model: Path) -> Any:
    if request.param == "SmolLM2" and not SMOLLM.is_dir():
        pytest.skip("needs SmolLM2-135M-Instruct in the folder models of ALIGN_CACHE")
    return AutoTokenizer.from_pretrained(tiny_model if request.param == "tiny" else SMOLLM)


def constraint(encoder: Encoder, language: str, candidates: Sequence[str]) -> Permutation:
    row = {"language": language, "candidates": candidates}
    return Permutation(*candidate_ids(encoder, row), [encoder.tokenizer.eos_token_id])


def random_answer(state: Permutation, end: int, dice: np.random.Generator) -> list[int]:
    """Ids up to the end, each drawn from those that are allowed."""
    answer: list[int] = []
    while not answer or answer[-1] != end:
        allowed = state.allowed()
        assert allowed == sorted(set(allowed))
        answer.append(int(dice.choice(allowed)))
        if answer[-1] != end:
            state.take(answer[-1])
        assert len(answer) < 500
    return answer


@pytest.mark.parametrize("is_chat", [False, True])
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_is_an_order_of_all_candidates(tokenizers: Any, name: str, is_chat: bool) -> None:
    language, candidates = QUESTIONS[name]
    encoder = Encoder(tokenizers, is_chat=is_chat)
    separator = ", " if language == "en" else "、"
    end, found = tokenizers.eos_token_id, set()
    for seed in range(60):
        state = constraint(encoder, language, candidates)
        text = answer_text(encoder, random_answer(state, end, np.random.default_rng(seed)))
        words = text.strip().split(separator)
        assert sorted(words) == sorted(candidates)
        assert parse_ranking(text, candidates, language) == words
        found.add(text)
    assert len(found) > 15


@pytest.mark.parametrize("name", [name for name, (_, words) in QUESTIONS.items() if len(words) < 6])
def test_every_order_can_be_written(tokenizers: Any, name: str) -> None:
    language, candidates = QUESTIONS[name]
    encoder = Encoder(tokenizers, is_chat=False)
    first, later = candidate_ids(encoder, {"language": language, "candidates": candidates})
    for order in permutations(range(len(candidates))):
        state = Permutation(first, later, [tokenizers.eos_token_id])
        for token in (*first[order[0]], *(token for word in order[1:] for token in later[word])):
            assert token in state.allowed()
            state.take(token)
        assert state.allowed() == [tokenizers.eos_token_id]


def test_what_may_follow_worked_by_hand() -> None:
    # car, car park, bus; the comma is 9
    state = Permutation(((1,), (1, 2), (3,)), ((9, 1), (9, 1, 2), (9, 3)), [0])
    assert state.allowed() == [1, 3]
    state.take(1)
    assert state.allowed() == [2, 9]  # park, or the next word
    state.take(9)
    assert state.allowed() == [1, 3]
    state.take(1)
    assert state.allowed() == [2]  # car is gone
    state.take(2)
    assert state.allowed() == [9]
    state.take(9)
    assert state.allowed() == [3]
    state.take(3)
    assert state.allowed() == [0]


def test_a_word_that_goes_on_with_what_separates_keeps_both_ways_open() -> None:
    # in bytes 人々 is 人 and 7 8, and the separator 7 9
    state = Permutation(((1,), (1, 7, 8)), ((7, 9, 1), (7, 9, 1, 7, 8)), [0])
    state.take(1)
    assert state.allowed() == [7]
    state.take(7)
    assert state.allowed() == [8, 9]


def sampled(
    policy: Policy, tokenizer: Any, language: str, candidates: Sequence[str], count: int
) -> list[Any]:
    encoder = Encoder(tokenizer, is_chat=False)
    drafts = [
        Draft(
            seed,
            [7, 8, 9],
            torch.from_numpy(np.random.default_rng(seed).random(200)),
            constraint(encoder, language, candidates),
        )
        for seed in range(count)
    ]
    return write(policy, drafts, frozenset({tokenizer.eos_token_id}))


@pytest.mark.parametrize("name", ["words that begin one another", "Chinese words"])
def test_sampled_answers_are_orders_with_the_probabilities_that_the_policy_tells(
    policy: Policy, tokenizer: Any, name: str
) -> None:
    language, candidates = QUESTIONS[name]
    rollouts = sampled(policy, tokenizer, language, candidates, 20)
    encoder = Encoder(tokenizer, is_chat=False)
    forced = 0
    with torch.no_grad():
        logprobs = torch.split(policy.evaluate(rollouts).logprobs, [len(one.answer) for one in rollouts])
    for rollout, told in zip(rollouts, logprobs, strict=True):
        assert rollout.is_finished
        order = parse_ranking(answer_text(encoder, rollout.answer), candidates, language)
        assert sorted(order) == sorted(candidates)
        assert rollout.logprobs == pytest.approx(told.tolist(), abs=1e-5)
        for token, allowed, logprob in zip(rollout.answer, rollout.allowed, rollout.logprobs, strict=True):
            assert token in allowed
            assert (logprob == 0) == (len(allowed) == 1)
            forced += len(allowed) == 1
    assert forced > 20
    assert len({tuple(one.answer) for one in rollouts}) > 5


@pytest.mark.parametrize("candidates", [["red", "blood", "rose"], ["car", "car park", "carpet"]])
def test_the_probabilities_of_all_orders_add_up_to_1(
    policy: Policy, tokenizer: Any, make_rollout: Callable[..., Any], candidates: list[str]
) -> None:
    encoder = Encoder(tokenizer, is_chat=False)
    first, later = candidate_ids(encoder, {"language": "en", "candidates": candidates})
    end, rollouts = tokenizer.eos_token_id, []
    for order in permutations(range(3)):
        answer = [*first[order[0]], *(token for word in order[1:] for token in later[word]), end]
        state, allowed = Permutation(first, later, [end]), []
        for token in answer:
            allowed.append(state.allowed())
            if token != end:
                state.take(token)
        rollouts.append(make_rollout([7, 8, 9], answer, allowed))
    with torch.no_grad():
        told = policy.evaluate(rollouts).logprobs
    sums = [float(part.sum()) for part in torch.split(told, [len(one.answer) for one in rollouts])]
    assert sum(map(math.exp, sums)) == pytest.approx(1, abs=1e-5)
    assert max(sums) - min(sums) > 0.5
