"""Rows of a comparison whose trainings differ in one number, such as the share of the norms."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.comparison.entries import Entry
from align_tasks.comparison.rows import Row

FEWEST = 3  # values of the setting: with two, the table and the changes say it all


@dataclass(frozen=True)
class Varied:
    """Trainings that are alike in all but one setting and the seed.

    Attributes:
        setting: its name.
        about: of which model, by which trainer, and what tells them from other such trainings.
        labels: of the rows, by value of the setting, from the lowest on.
    """

    setting: str
    about: str
    labels: Mapping[float, str]


def varied(rows: Sequence[Row]) -> list[Varied]:
    """Every setting with three or more values at which all others are equal."""
    trained = {row.label: row.members[0] for row in rows if row.members[0].training is not None}
    differing = [
        name for name in _settings(trained) if len({_text(one, name) for one in trained.values()}) > 1
    ]
    found = []
    for setting in differing:
        alike: dict[str | None, dict[str, float]] = defaultdict(dict)
        for label, entry in trained.items():
            value = _recipe(entry).get(setting)
            if isinstance(value, int | float) and not isinstance(value, bool):
                alike[entry.recipe_key_without("seed", setting)][label] = float(value)
        for values in alike.values():
            labels = dict(sorted((value, label) for label, value in values.items()))
            if FEWEST <= len(labels) == len(values):
                first = trained[next(iter(values))]
                others = [name for name in differing if name != setting and name in _recipe(first)]
                found.append(Varied(setting, _about(first, others), labels))
    return found


def _settings(trained: Mapping[str, Entry]) -> list[str]:
    """The names of all settings but the seed."""
    return list(dict.fromkeys(name for one in trained.values() for name in _recipe(one) if name != "seed"))


def _recipe(entry: Entry) -> Mapping[str, Any]:
    return {} if entry.training is None else entry.training.recipe


def _text(entry: Entry, setting: str) -> str:
    return json.dumps(_recipe(entry).get(setting), sort_keys=True, default=str)


def _about(entry: Entry, others: Sequence[str]) -> str:
    assert entry.training is not None
    pieces = [entry.model.rpartition("/")[2], entry.training.trainer, f"culture {entry.training.culture}"]
    return ", ".join([*pieces, *(f"{name} {_text(entry, name)}" for name in others)])
