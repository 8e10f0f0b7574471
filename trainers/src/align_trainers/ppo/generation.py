"""Sampling answers, many at a time, with what the policy knows of each token kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch

from align_trainers.generation import batches
from align_trainers.ppo.constraint import Permutation
from align_trainers.ppo.policy import Policy, logprobs_among, most_precise, possible_ids
from align_trainers.ppo.rollout import Rollout

Tensor = torch.Tensor
SHRINK_AT = 0.75
"""Rows that have ended are taken out once the unfinished ones are fewer than this share."""


@dataclass
class Draft:
    """An answer that is being written.

    Attributes:
        question: number of the prompt among all prompts of the run.
        prompt: token ids.
        noise: a number in [0, 1) for each token that may be sampled; they alone decide what is sampled, so an
            answer does not depend on which others are written beside it.
        constraint: which tokens may follow; None where all may.
    """

    question: int
    prompt: Sequence[int]
    noise: Tensor
    constraint: Permutation | None = None
    answer: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    allowed: list[list[int]] = field(default_factory=list)
    is_finished: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether there is a token to come."""
        return not self.is_finished and len(self.answer) < len(self.noise)

    def rollout(self) -> Rollout:
        """The finished draft."""
        return Rollout(
            self.question,
            self.prompt,
            self.answer,
            self.is_finished,
            self.logprobs,
            self.values,
            self.allowed,
        )


def write(policy: Policy, drafts: Sequence[Draft], ends: frozenset[int]) -> list[Rollout]:
    """Sample an answer to each draft, token by token.

    What all prompts begin with is computed once, each prompt once for all of its drafts, and rows that have
    ended are dropped.

    Args:
        drafts: those of one prompt must stand together.
        ends: ids that end an answer.

    Returns:
        The answers, in the order of the drafts.
    """
    with torch.no_grad():
        writing = _Writing(policy, drafts)
        while writing.drafts:
            writing.sample(ends)
    return [draft.rollout() for draft in drafts]


def estimated(policy: Policy, rollouts: Sequence[Rollout], size: int) -> list[Rollout]:
    """Rollouts with the logprobs and values that the policy computes while learning, in place of their own.

    Where answers are sampled by other arithmetic than is learned from, by an engine or in bfloat16, the first
    update then begins at a ratio of 1.

    Args:
        size: answers that are computed at once.
    """
    found: list[Rollout] = []
    for part in batches(rollouts, size):
        with torch.no_grad():
            told = policy.evaluate(part)
        lengths = [len(rollout.answer) for rollout in part]
        each = zip(part, torch.split(told.logprobs, lengths), torch.split(told.values, lengths), strict=True)
        found += [
            replace(rollout, logprobs=logprobs.tolist(), values=values.tolist())
            for rollout, logprobs, values in each
        ]
    return found


class _Writing:
    """The drafts that are still written, with the cache of what the model has read of them."""

    def __init__(self, policy: Policy, drafts: Sequence[Draft]) -> None:
        self._policy = policy
        self._rows = list(drafts)
        prompts = _distinct([draft.prompt for draft in drafts])
        shared = _common(prompts)
        rests = [list(prompt[shared:]) for prompt in prompts]
        longest = max(map(len, rests))
        ids = self._tensor([[0] * (longest - len(rest)) + rest for rest in rests])
        mask = self._tensor([[1] * shared + [0] * (longest - len(rest)) + [1] * len(rest) for rest in rests])
        cache = None
        if shared:
            beginning = self._tensor([list(prompts[0][:shared])])
            _, _, cache = policy.forward(input_ids=beginning, use_cache=True, logits_to_keep=1)
            cache.batch_repeat_interleave(len(prompts))
        logits, values, cache = policy.forward(
            input_ids=ids,
            attention_mask=mask,
            position_ids=(mask.cumsum(dim=1) - 1).clamp(min=0)[:, shared:],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        of_prompt = _row_of_each([draft.prompt for draft in drafts])
        chosen = self._tensor(of_prompt)
        cache.batch_select_indices(chosen)
        self._cache = cache
        self._mask = mask[chosen]
        self._logits, self._values = logits[chosen, -1], values[chosen, -1]

    @property
    def drafts(self) -> list[Draft]:
        """Those to which a token is to come."""
        return [draft for draft in self._rows if draft.goes_on]

    def sample(self, ends: frozenset[int]) -> None:
        """Sample the next token of every draft, and read it."""
        going = [number for number, draft in enumerate(self._rows) if draft.goes_on]
        allowed = [_allowed(self._rows[number]) for number in going]
        ids = possible_ids(allowed)
        logits = self._logits[self._tensor(going)]
        narrow = logits if ids is None else logits[:, ids.to(logits.device)]
        logprobs = logprobs_among(narrow, allowed, ids)
        noise = torch.stack([self._rows[number].noise[len(self._rows[number].answer)] for number in going])
        places = pick(logprobs, noise)
        tokens = places if ids is None else ids.to(places.device)[places]
        chosen = logprobs.gather(1, places[:, None])[:, 0].tolist()
        for number, left_in, token, logprob in zip(going, allowed, tokens.tolist(), chosen, strict=True):
            _append(self._rows[number], left_in, token, logprob, float(self._values[number]), ends)
        if self.drafts:
            self._read()

    def _read(self) -> None:
        """Have the model read the latest token of every draft."""
        if len(self.drafts) < SHRINK_AT * len(self._rows):
            kept = self._tensor([number for number, draft in enumerate(self._rows) if draft.goes_on])
            self._cache.batch_select_indices(kept)
            self._mask = self._mask[kept]
            self._rows = self.drafts
        self._mask = torch.cat([self._mask, torch.ones_like(self._mask[:, :1])], dim=1)
        logits, values, self._cache = self._policy.forward(
            input_ids=self._tensor([draft.answer[-1:] for draft in self._rows]),
            attention_mask=self._mask,
            position_ids=(self._mask.sum(dim=1, keepdim=True) - 1),
            past_key_values=self._cache,
            use_cache=True,
        )
        self._logits, self._values = logits[:, -1], values[:, -1]

    def _tensor(self, values: Sequence[object]) -> Tensor:
        return torch.tensor(values, device=self._policy.device)


def pick(logprobs: Tensor, noise: Tensor) -> Tensor:
    """The token at which the summed probabilities of a row exceed its noise: a sample of the row.

    Args:
        logprobs: shape (rows, vocabulary).
        noise: shape (rows,), uniform in [0, 1).
    """
    precise = most_precise(logprobs.device)
    below_1 = 1 - torch.finfo(precise).eps  # to which rounding may have brought the noise
    summed = logprobs.to(precise).exp().cumsum(dim=-1)
    level = noise.to(precise).clamp(max=below_1).to(summed.device) * summed[:, -1]
    found = torch.searchsorted(summed, level[:, None], right=True)[:, 0]
    return found.clamp(max=logprobs.shape[-1] - 1)


def _allowed(draft: Draft) -> list[int]:
    return [] if draft.constraint is None else draft.constraint.allowed()


def _append(
    draft: Draft, allowed: list[int], token: int, logprob: float, value: float, ends: frozenset[int]
) -> None:
    draft.answer.append(token)
    draft.logprobs.append(logprob)
    draft.values.append(value)
    draft.is_finished = token in ends
    if draft.constraint is not None:
        draft.allowed.append(allowed)
        if not draft.is_finished:
            draft.constraint.take(token)


def _distinct(prompts: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Each prompt once, in the order in which they come."""
    return list({tuple(prompt): prompt for prompt in prompts}.values())


def _row_of_each(prompts: Sequence[Sequence[int]]) -> list[int]:
    """For each prompt its number among the distinct ones."""
    numbers: dict[tuple[int, ...], int] = {}
    return [numbers.setdefault(tuple(prompt), len(numbers)) for prompt in prompts]


def _common(prompts: Sequence[Sequence[int]]) -> int:
    """How many ids all prompts begin with alike, each but for its last one."""
    shortest = min(map(len, prompts)) - 1
    first = prompts[0]
    return next(
        (place for place in range(shortest) if any(prompt[place] != first[place] for prompt in prompts)),
        shortest,
    )
