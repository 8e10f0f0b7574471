"""Tension sets: the items on which two cultures differ most (arXiv 2508.13426)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from align_tasks.errors import AlignError
from align_tasks.metrics import answer_distance, paper_tension_distance
from align_tasks.survey.survey import Answers, Item

Rule = Literal["emd", "paper"]


def tension_distances(
    items: Mapping[str, Item],
    one: Mapping[str, Answers],
    other: Mapping[str, Answers],
    *,
    rule: Rule = "emd",
) -> dict[str, float]:
    """Distance between two cultures on each item that can be compared, largest first.

    Args:
        items: the items by id.
        one: the answers of one culture, by item.
        other: those of the other; items that one of them was not asked are left out.
        rule: ``emd`` is the mean of the Jensen-Shannon distance and the transport distance, over
            items that offered both cultures the same options. ``paper`` repeats the authors'
            analysis, where the second half ignores where the options lie, on every item.

    Returns:
        Item id to distance, in [0, 1]; equal distances stand in the order of the questionnaire.

    Raises:
        AlignError: the rule is unknown.
    """
    both = {name: (one[name], other[name]) for name in items if name in one and name in other}
    if rule == "emd":
        distances = {
            name: float(answer_distance(a.shares, b.shares, items[name].scale))
            for name, (a, b) in both.items()
            if a.offered == b.offered
        }
    elif rule == "paper":
        distances = {name: float(paper_tension_distance(a.shares, b.shares)) for name, (a, b) in both.items()}
    else:
        raise AlignError(f"unknown tension rule {rule!r}", hint="Rules: emd, paper")
    return dict(sorted(distances.items(), key=lambda entry: -entry[1]))


def tension_set(
    items: Mapping[str, Item],
    one: Mapping[str, Answers],
    other: Mapping[str, Answers],
    *,
    size: int = 50,
    rule: Rule = "emd",
) -> list[str]:
    """Ids of the `size` items on which the two cultures differ most, largest distance first."""
    return list(tension_distances(items, one, other, rule=rule))[:size]
