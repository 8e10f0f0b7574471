"""From TRL's log, which counts optimizer updates, to one that counts steps and has the names of PPO's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

KL_OF_ANSWERS = "kl_of_answers"
LENGTH = "completions/mean_length"
NAMES = {
    name: name
    for name in (
        "reward",
        "spearman",
        "invalid",
        "complete",
        "unfinished",
        "entropy",
        "loss",
        "grad_norm",
        "learning_rate",
        "eval_spearman",
        "eval_invalid",
    )
} | {"clip_ratio/region_mean": "clip_fraction", LENGTH: "answer_tokens", KL_OF_ANSWERS: "kl"}
"""Our names of TRL's figures; those of single rewards begin with ``reward/``, and are kept, too.

The rows have them in this order, since a checkpoint forgets the order in which they came.
"""


def rows_of_steps(history: Sequence[dict[str, Any]], updates: int) -> list[dict[str, Any]]:
    """A row of figures for each step.

    Args:
        history: of TRL.
        updates: optimizer updates in a step.
    """
    rows: dict[int, dict[str, Any]] = {}
    for told in history:
        if found := _figures(told):
            step = told["step"] // updates
            rows.setdefault(step, {"step": step}).update(found)
    return list(rows.values())


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    found = {ours: told[name] for name, ours in NAMES.items() if name in told}
    found |= {name: told[name] for name in sorted(told) if name.startswith("reward/")}
    if "kl" in told and KL_OF_ANSWERS not in told:
        found["kl"] = told["kl"] * told[LENGTH]  # the mean of a token, times the tokens of an answer
    return found
