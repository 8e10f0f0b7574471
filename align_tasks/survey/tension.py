"""Tension sets: the items on which two countries differ most (arXiv 2508.13426)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from align_tasks.errors import AlignError
from align_tasks.metrics import answer_distance, paper_tension_distance
from align_tasks.survey.wvs7 import Item

Rule = Literal["emd", "paper"]


def tension_distances(
    items: Mapping[str, Item],
    shares: Mapping[str, Mapping[str, Sequence[float]]],
    country: str,
    other: str,
    *,
    rule: Rule = "emd",
) -> dict[str, float]:
    """Distance between two countries on each item that can be compared, largest first.

    Args:
        items: the items by id.
        shares: answer shares by item and country, in the order of each item's codes.
        country: one country, ISO alpha-3.
        other: the other country.
        rule: ``emd`` is the mean of the Jensen-Shannon distance and the transport distance, over
            items that offered both countries the same options. ``paper`` repeats the authors'
            analysis, where the second half ignores where the options lie, on every item.

    Returns:
        Item id to distance, in [0, 1]; equal distances stand in the order of the questionnaire.

    Raises:
        AlignError: the rule is unknown.
    """
    if rule == "emd":
        distances = {
            name: float(answer_distance(shares[name][country], shares[name][other], item.scale))
            for name, item in items.items()
            if item.comparable(country, other)
        }
    elif rule == "paper":
        distances = {
            name: float(paper_tension_distance(shares[name][country], shares[name][other])) for name in items
        }
    else:
        raise AlignError(f"unknown tension rule {rule!r}", hint="Rules: emd, paper")
    return dict(sorted(distances.items(), key=lambda entry: -entry[1]))


def tension_set(
    items: Mapping[str, Item],
    shares: Mapping[str, Mapping[str, Sequence[float]]],
    country: str,
    other: str,
    *,
    size: int = 50,
    rule: Rule = "emd",
) -> list[str]:
    """Ids of the `size` items on which the two countries differ most, largest distance first."""
    return list(tension_distances(items, shares, country, other, rule=rule))[:size]
