"""Proximal policy optimization (arXiv 1707.06347) of a language model, as in arXiv 1909.08593 and 2203.02155.

A step samples answers to some prompts (`roll_out`), has them scored, turns the scores into an advantage of
each token (`judge`), and makes likelier what was better than expected (`learn`). What a step does follows
from the weights, the seed and its number alone, so a run goes on from a checkpoint as if it had not been
interrupted, and several processes that share a step do what one would.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean, stdev
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import gather_object, reduce
from torch.optim.lr_scheduler import LambdaLR

from align_trainers.generation import batches
from align_trainers.ppo import estimators
from align_trainers.ppo.config import PPOConfig
from align_trainers.ppo.constraint import Permutation
from align_trainers.ppo.generation import Draft, write
from align_trainers.ppo.kl import KLPrice
from align_trainers.ppo.losses import policy_loss, value_loss
from align_trainers.ppo.policy import Policy
from align_trainers.ppo.rollout import Rollout
from align_trainers.ranking.order import Order

Tensor = torch.Tensor
Figures = dict[str, float]
Score = Callable[[Sequence[Rollout]], tuple[list[float], Figures]]
"""The scores of some answers, and figures about them for the log."""
Worth = Callable[[Sequence[Rollout]], list[list[tuple[int, float]]]]
"""For some answers, tokens after which they have a worth, and the worth, on the scale of the scores."""
Sampler = Callable[[Policy, Sequence[Draft], frozenset[int]], list[Rollout]]
"""Writes answers to drafts, in their order, with the ids that end one."""


@dataclass(frozen=True)
class Experience:
    """What a step learns from; all tensors have the shape (answers, tokens).

    Attributes:
        rollouts: the answers.
        mask: true for the tokens of an answer.
        logprobs, values: by the policy that sampled them.
        advantages: how much better than expected each token was.
        returns: what the values should have been.
        figures: about the answers, for the log.
    """

    rollouts: list[Rollout]
    mask: Tensor
    logprobs: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    figures: Figures


class PPOTrainer:
    """Trains the adapter of a language model by what its answers earn.

    Args:
        model: a PEFT model; see `Policy`.
        config: every setting.
        prompts: token ids of all prompts.
        score: gives each answer a number, and tells figures about them.
        ends: token ids that end an answer.
        constraint: for ``rollouts: constrained``, what may be answered to the prompt of a number.
        sampler: writes the answers.
        worth: what answers are worth as far as they are written, for `estimators.shaping`; without it their
            last tokens earn all.
    """

    def __init__(
        self,
        model: Any,
        config: PPOConfig,
        *,
        prompts: Sequence[Sequence[int]],
        score: Score,
        ends: frozenset[int],
        constraint: Callable[[int], Permutation] | None = None,
        sampler: Sampler = write,
        worth: Worth | None = None,
    ) -> None:
        self.config = config
        self.policy = Policy(model, config.temperature)
        self.price = KLPrice(config.kl_coefficient, config.kl_target, config.kl_horizon)
        self.step = 0
        self._prompts = prompts
        self._order = Order(len(prompts), config.seed)
        self._score = score
        self._ends = ends
        self._constraint = constraint
        self._sampler = sampler
        self._worth = worth
        self._processes = PartialState()
        self.optimizer = torch.optim.AdamW(
            [
                {"params": self.policy.adapter_parameters(), "lr": config.learning_rate},
                {"params": list(self.policy.value_head.parameters()), "lr": config.value_learning_rate},
            ],
            weight_decay=0.0,
        )
        self.scheduler = LambdaLR(self.optimizer, partial(rate, config))

    def take_step(self) -> Figures:
        """Sample answers, learn from them, and tell what happened."""
        experience = self.judge(self.roll_out())
        figures = experience.figures | self.learn(experience)
        self.step += 1
        self.scheduler.step()
        self.price.update(figures["kl"], len(experience.rollouts))
        return figures

    def questions(self) -> list[int]:
        """Numbers of the step's prompts."""
        count = self.config.rollout_batch_size // self.config.samples_per_question
        return self._order.numbers(self.step, count)

    def roll_out(self) -> list[Rollout]:
        """Answers to the step's prompts, each process some of them; all processes get all."""
        samples = self.config.samples_per_question
        questions = self.questions()
        mine = range(self._processes.process_index, len(questions), self._processes.num_processes)
        places = [(place, sample) for place in mine for sample in range(samples)]
        drafts = [self._draft(questions[place], place, sample) for place, sample in places]
        self.policy.model.eval()
        written = self._sampler(self.policy, drafts, self._ends) if drafts else []
        found = gather_object(list(zip(places, written, strict=True)))
        return [rollout for _, rollout in sorted(found, key=lambda pair: pair[0])]

    def judge(self, rollouts: list[Rollout]) -> Experience:
        """Scores, rewards and advantages of answers."""
        told, figures = self._score(rollouts)
        mask, logprobs = padded([rollout.logprobs for rollout in rollouts])
        _, values = padded([rollout.values for rollout in rollouts])
        reference = self._reference(rollouts, logprobs)
        scaled = self._scale(told)
        scores = torch.tensor([scaled(score) for score in told])
        rewards = estimators.token_rewards(scores, logprobs, reference, mask, self.price.coefficient)
        if self._worth is not None:
            worths = [[(token, scaled(worth)) for token, worth in one] for one in self._worth(rollouts)]
            rewards += estimators.shaping(worths, mask)
        advantages = estimators.advantages(
            rewards, values, mask, gamma=self.config.gamma, lam=self.config.gae_lambda
        )
        returns = advantages + values
        if min(told) == max(told):
            advantages = torch.zeros_like(advantages)  # no answer is better than another
        elif self.config.whiten_advantages:
            advantages = estimators.standardised(advantages, mask)
        figures |= {
            "kl": float(((logprobs - reference) * mask).sum(dim=1).mean()),
            "kl_coefficient": self.price.coefficient,
            "answer_tokens": float(mask.sum(dim=1).float().mean()),
            "explained_variance": explained_variance(values[mask], returns[mask]),
        }
        return Experience(rollouts, mask, logprobs, values, advantages, returns, figures)

    def learn(self, experience: Experience) -> Figures:
        """Updates of the weights by all answers, in minibatches, as often as the epochs say."""
        self.policy.model.train(self.config.gradient_checkpointing)
        totals: dict[str, float] = {}
        updates = 0
        for minibatch in self._minibatches(len(experience.rollouts)):
            for name, value in self._update(experience, minibatch).items():
                totals[name] = totals.get(name, 0.0) + value
            updates += 1
        self.policy.model.eval()
        figures = {name: total / updates for name, total in totals.items()}
        return figures | {"learning_rate": float(self.scheduler.get_last_lr()[0])}

    def _update(self, experience: Experience, minibatch: list[int]) -> Figures:
        """One update; each process computes its part of the minibatch, and all make the same update."""
        tokens = int(experience.mask[minibatch].sum())
        mine = np.array_split(minibatch, self._processes.num_processes)[
            self._processes.process_index
        ].tolist()
        sums = torch.zeros(len(FIGURES))
        for part in batches(mine, self.config.micro_batch_size):
            loss, figures = self._losses(experience, list(part))
            (loss / tokens).backward()  # type: ignore[no-untyped-call]
            sums += figures
        weights = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        self._sum_gradients(weights)
        norm = torch.nn.utils.clip_grad_norm_(weights, self.config.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        means = self._summed(sums) / tokens
        return dict(zip(FIGURES, means.tolist(), strict=True)) | {"grad_norm": float(norm)}

    def _losses(self, experience: Experience, part: list[int]) -> tuple[Tensor, Tensor]:
        """The summed loss of some answers, and the sums of `FIGURES` over their tokens."""
        now = self.policy.evaluate([experience.rollouts[number] for number in part])
        mask = experience.mask[part]

        def flat(values: Tensor) -> Tensor:
            return values[part][mask].to(self.policy.device)

        old = flat(experience.logprobs)
        policy = policy_loss(now.logprobs, old, flat(experience.advantages), self.config.clip_range)
        value = value_loss(
            now.values, flat(experience.values), flat(experience.returns), self.config.value_clip_range
        )
        loss = (policy.loss + self.config.value_coefficient * value.loss).sum()
        moved = (now.logprobs - old).detach()
        figures = (
            policy.loss,
            value.loss,
            now.entropy,
            policy.is_clipped,
            value.is_clipped,
            moved.exp() - 1 - moved,
        )
        return loss, torch.stack([one.detach().float().sum() for one in figures]).cpu()

    def _scale(self, scores: Sequence[float]) -> Callable[[float], float]:
        """Shifts and scales a number as the scores of the step become mean 0 and standard deviation 1."""
        if not self.config.normalise_rewards:
            return float
        mean, deviation = fmean(scores), stdev(scores)
        if deviation < estimators.SMALLEST_DEVIATION:
            return lambda _: 0.0
        return lambda score: (score - mean) / deviation

    def _draft(self, question: int, place: int, sample: int) -> Draft:
        constraint = self._constraint(question) if self._constraint else None
        longest = constraint.longest if constraint else self.config.max_new_tokens
        noise = self._random("sampling", self.step, place, sample).random(longest)
        return Draft(question, self._prompts[question], torch.from_numpy(noise), constraint)

    def _minibatches(self, answers: int) -> Iterator[list[int]]:
        """Numbers of answers, those of a question together."""
        samples = self.config.samples_per_question
        for epoch in range(self.config.epochs):
            order = self._random("minibatches", self.step, epoch).permutation(answers // samples)
            numbers = [int(group) * samples + sample for group in order for sample in range(samples)]
            yield from map(list, batches(numbers, self.config.minibatch_size))

    def _reference(self, rollouts: list[Rollout], logprobs: Tensor) -> Tensor:
        """Logprobs under the model before training, which before the first update is the policy itself."""
        if self.step == 0:
            return logprobs
        rank, processes = self._processes.process_index, self._processes.num_processes
        numbers = np.array_split(range(len(rollouts)), processes)[rank].tolist()
        found: list[tuple[int, list[float]]] = []
        with torch.no_grad(), self.policy.reference():
            for part in batches(numbers, self.config.micro_batch_size):
                told = self.policy.evaluate([rollouts[number] for number in part]).logprobs.cpu()
                lengths = [len(rollouts[number].answer) for number in part]
                found += zip(part, (one.tolist() for one in torch.split(told, lengths)), strict=True)
        reference = padded([row for _, row in sorted(gather_object(found))])[1]
        return torch.where((reference - logprobs).abs() < ROUNDING, logprobs, reference)

    def _sum_gradients(self, weights: list[torch.nn.Parameter]) -> None:
        """Add up the gradients of all processes; each computed the loss of its own answers."""
        if self._processes.num_processes == 1:
            return
        parts = [torch.zeros_like(one) if one.grad is None else one.grad for one in weights]
        total = reduce(torch.cat([part.flatten() for part in parts]), reduction="sum")
        summed = torch.split(total, [part.numel() for part in parts])
        for weight, gradient in zip(weights, summed, strict=True):
            weight.grad = gradient.view_as(weight)

    def _summed(self, numbers: Tensor) -> Tensor:
        total: Tensor = reduce(numbers.to(self.policy.device), reduction="sum")
        return total.cpu()

    def _random(self, purpose: str, *numbers: int) -> np.random.Generator:
        """Random numbers for one purpose, which follow from the seed and the numbers alone."""
        return np.random.default_rng([self.config.seed, *purpose.encode(), *numbers])


ROUNDING = 1e-4
"""Nats by which a token read alone and one read in a row may differ in float32: no divergence to pay for."""
FIGURES = ("policy_loss", "value_loss", "entropy", "clip_fraction", "value_clip_fraction", "approx_kl")


def rate(config: PPOConfig, step: int) -> float:
    """Share of the highest learning rates in a step, from 0 on: it rises, then falls, and is never 0."""
    rising = int(config.warmup * config.max_steps)
    if step < rising:
        return (step + 1) / (rising + 1)
    left = (config.max_steps - step) / (config.max_steps - rising)
    fallen: dict[str, float] = {
        "linear": left,
        "cosine": 0.5 - 0.5 * math.cos(math.pi * left),
        "constant_with_warmup": 1.0,
    }
    return fallen[config.schedule]


def padded(rows: Sequence[Sequence[float]]) -> tuple[Tensor, Tensor]:
    """Rows of numbers as an array with zeros behind their ends, and a mask that is true before these."""
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    values = torch.zeros(mask.shape)
    values[mask] = torch.tensor([number for row in rows for number in row])
    return mask, values


def explained_variance(values: Tensor, returns: Tensor) -> float:
    """Share of the variance of the returns that the values foretell; 0 where the returns do not vary."""
    variance = float(returns.var())
    return 1 - float((returns - values).var()) / variance if variance > 0 else 0.0
