"""Rows of a comparison whose trainings differ in one number, such as the share of the norms."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    trained = [row for row in rows if row.members[0].training is not None]
    differing = [name for name in _settings(trained) if len({_text(row, name) for row in trained}) > 1]
    found = []
    for setting in differing:
        alike: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in trained:
            if _is_number(_recipe(row).get(setting)):
                alike[_apart_from(setting, row)].append(row)
        for group in alike.values():
            labels = {float(_recipe(row)[setting]): row.label for row in group}
            if FEWEST <= len(labels) == len(group):
                others = [name for name in differing if name != setting and name in _recipe(group[0])]
                about = _about(group[0], others)
                found.append(Varied(setting, about, dict(sorted(labels.items()))))
    return found


def _settings(trained: Sequence[Row]) -> list[str]:
    """The names of all settings but the seed."""
    return list(dict.fromkeys(name for row in trained for name in _recipe(row) if name != "seed"))


def _recipe(row: Row) -> Mapping[str, Any]:
    training = row.members[0].training
    return {} if training is None else training.recipe


def _text(row: Row, setting: str) -> str:
    return json.dumps(_recipe(row).get(setting), sort_keys=True, default=str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _apart_from(setting: str, row: Row) -> tuple[Any, ...]:
    """What a row has in common with those that differ in one setting and the seed."""
    first = row.members[0]
    assert first.training is not None
    return first.model_id or first.model, first.variant, first.training.without("seed", setting)


def _about(row: Row, others: Sequence[str]) -> str:
    first = row.members[0]
    assert first.training is not None
    pieces = [first.model.rpartition("/")[2], first.training.trainer, f"culture {first.training.culture}"]
    return ", ".join([*pieces, *(f"{name} {_text(row, name)}" for name in others)])
