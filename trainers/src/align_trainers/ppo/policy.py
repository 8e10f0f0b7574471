"""The policy: a language model with an adapter, and a head that tells the value of a text so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from align_trainers.model import TRAINED
from align_trainers.ppo.packing import packed_row
from align_trainers.ppo.rollout import Rollout

Tensor = torch.Tensor
REFERENCE = "reference"


@dataclass(frozen=True)
class Evaluation:
    """What the policy thinks of the tokens of rollouts, one after the other, each of shape (tokens,).

    Attributes:
        logprobs: of the tokens, in nats.
        entropy: of what could have stood in their place, in nats.
        values: expected sum of rewards before each.
    """

    logprobs: Tensor
    entropy: Tensor
    values: Tensor


class Policy:
    """A language model with an adapter and a value head.

    There is one copy of the weights: the model before training is the same one with the adapter switched off,
    or with the adapter from which the training started.

    Args:
        model: a PEFT model; its adapter `TRAINED` learns. Where it has one `REFERENCE`, that one is the model
            before training.
        temperature: of the sampling; all probabilities are at this temperature.
    """

    def __init__(self, model: Any, temperature: float = 1.0) -> None:
        self.model = model
        self.temperature = temperature
        output = model.get_output_embeddings()
        self.value_head = nn.Linear(output.in_features, 1).to(output.weight.device)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)
        output.register_forward_pre_hook(self._keep_hidden)
        self._hidden = torch.empty(0)

    @property
    def device(self) -> torch.device:
        """Where the model computes."""
        return self.value_head.weight.device

    def adapter_parameters(self) -> list[nn.Parameter]:
        """The weights of the adapter that learn."""
        return [parameter for parameter in self.model.parameters() if parameter.requires_grad]

    def forward(self, among: Tensor | None = None, **inputs: Any) -> tuple[Tensor, Tensor, Any]:
        """Logits at the policy's temperature, values, and the cache.

        Args:
            among: ids whose logits are asked for; None for the whole vocabulary.
            inputs: of the model; with ``logits_to_keep``.

        Returns:
            Logits of shape (rows, kept, ids) and values of shape (rows, kept), in float32.
        """
        found = self.model(**inputs)
        logits = found.logits if among is None else found.logits[..., among]
        values = self.value_head(self._hidden.float())[..., 0]
        return logits.float() / self.temperature, values, found.past_key_values

    def evaluate(self, rollouts: Sequence[Rollout]) -> Evaluation:
        """Logprobs, entropy and values of all tokens of some rollouts, in one row."""
        tree = packed_row(rollouts)
        ids = possible_ids(tree.allowed)
        logits, values, _ = self.forward(
            among=None if ids is None else ids.to(self.device),
            input_ids=tree.ids.to(self.device),
            position_ids=tree.positions.to(self.device),
            attention_mask=tree.sees.to(self.device),
            logits_to_keep=tree.columns.to(self.device),
            use_cache=False,
        )
        logprobs = logprobs_among(logits[0], tree.allowed, ids)
        tokens = tree.tokens if ids is None else torch.searchsorted(ids, tree.tokens)
        at, tokens = tree.predicted_at.to(self.device), tokens.to(self.device)
        return Evaluation(logprobs[at, tokens], entropy(logprobs)[at], values[0, at])

    @contextmanager
    def reference(self) -> Iterator[None]:
        """The model before training, while this lasts."""
        if REFERENCE not in self.model.peft_config:
            with self.model.disable_adapter():
                yield
            return
        self.model.set_adapter(REFERENCE)
        try:
            yield
        finally:
            self.model.set_adapter(TRAINED)

    def _keep_hidden(self, _: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        """What the output layer reads, the value head reads, too."""
        self._hidden = inputs[0]


def possible_ids(allowed: Sequence[Sequence[int]]) -> Tensor | None:
    """All ids that any row may go on with, ascending; None where a row may go on with every one.

    Constrained answers need a few hundred ids of the vocabulary, which has up to a quarter of a million.

    Args:
        allowed: ids for each row; an empty list for all.
    """
    return torch.tensor(sorted({one for ids in allowed for one in ids})) if all(allowed) else None


def logprobs_among(logits: Tensor, allowed: Sequence[Sequence[int]], ids: Tensor | None) -> Tensor:
    """Logprobs of what may follow, in float32; arguments and shape as `restricted` has them.

    How many ids there are depends on what else is in the row, and sums of float32 would round accordingly:
    those over some of the vocabulary are of float64.
    """
    found = restricted(logits, allowed, ids)
    if ids is None:
        return found.log_softmax(dim=-1)
    return found.log_softmax(dim=-1, dtype=most_precise(found.device)).float()


def most_precise(device: torch.device) -> torch.dtype:
    """The number format that sums are taken in; Apple's GPUs have no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


def restricted(logits: Tensor, allowed: Sequence[Sequence[int]], ids: Tensor | None = None) -> Tensor:
    """Logits of shape (rows, ids), minus infinity where a row's list leaves an id out.

    Args:
        allowed: ids for each row; an empty list leaves all in.
        ids: those that the logits are of, ascending; None for the whole vocabulary.
    """
    if not any(allowed):
        return logits
    forbidden = torch.zeros_like(logits, dtype=torch.bool)
    for row, left_in in enumerate(allowed):
        if left_in:
            places = torch.tensor(left_in)
            forbidden[row] = True
            forbidden[row, places if ids is None else torch.searchsorted(ids, places)] = False
    return logits.masked_fill(forbidden, -torch.inf)


def entropy(logprobs: Tensor) -> Tensor:
    """Entropy of each row of logprobs, in nats; impossible tokens add nothing."""
    with torch.no_grad():
        found: Tensor = torch.special.entr(logprobs.exp()).sum(dim=-1)
    return found
