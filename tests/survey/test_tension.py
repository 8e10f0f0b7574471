from __future__ import annotations

from typing import Any

import pytest

from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_tasks.survey.survey import Answers, Item
from align_tasks.survey.tension import tension_distances, tension_set
from align_tasks.survey.wvs7 import WVS7


def _items(**options: int) -> dict[str, Item]:
    """Ordinal items of so many options."""
    return {name: Item(name, name, "ordinal", tuple(range(1, n + 1))) for name, n in options.items()}


def _answers(*, offered: tuple[int, ...] | None = None, **shares: list[float]) -> dict[str, Answers]:
    """Answers to items whose options were all offered, unless told otherwise."""
    return {
        name: Answers(tuple(one), offered if offered is not None else tuple(range(len(one))), None)
        for name, one in shares.items()
    }


def _usa_and_china() -> list[Any]:
    return [WVS7.answers(get_culture(name)) for name in ("us", "zh")]


def test_the_largest_distance_comes_first() -> None:
    items = _items(a=2, b=2, c=2)
    one = _answers(a=[0.5, 0.5], b=[1.0, 0.0], c=[0.5, 0.5])
    other = _answers(a=[0.6, 0.4], b=[0.0, 1.0], c=[0.5, 0.5])
    distances = tension_distances(items, one, other)
    assert list(distances) == ["b", "a", "c"]
    assert distances["b"] == pytest.approx(1)
    assert distances["c"] == pytest.approx(0)
    assert tension_set(items, one, other, size=2) == ["b", "a"]


def test_far_options_count_more_only_under_the_mended_rule() -> None:
    """Pitfall 2: with the shares taken as samples, it does not matter where on the scale they lie."""
    items = _items(near=4, far=4)
    one = _answers(near=[1.0, 0.0, 0.0, 0.0], far=[1.0, 0.0, 0.0, 0.0])
    other = _answers(near=[0.0, 1.0, 0.0, 0.0], far=[0.0, 0.0, 0.0, 1.0])
    mended = tension_distances(items, one, other)
    assert mended["far"] == pytest.approx(0.5 * 1 + 0.5 * 1)
    assert mended["near"] == pytest.approx(0.5 * 1 + 0.5 / 3)
    paper = tension_distances(items, one, other, rule="paper")
    assert paper["far"] == pytest.approx(paper["near"])


def test_items_with_other_options_in_one_country_cannot_be_compared() -> None:
    items = _items(same=2, other=2)
    one = _answers(same=[1.0, 0.0]) | _answers(other=[1.0, 0.0], offered=(0,))
    other = _answers(same=[0.2, 0.8], other=[0.2, 0.8])
    assert list(tension_distances(items, one, other)) == ["same"]
    assert set(tension_distances(items, one, other, rule="paper")) == {"same", "other"}


@pytest.mark.parametrize("rule", ["emd", "paper"])
def test_items_that_one_country_was_not_asked_are_left_out(rule: Any) -> None:
    items = _items(both=2, one=2, other=2)
    one, other = _answers(both=[1.0, 0.0], one=[1.0, 0.0]), _answers(both=[0.2, 0.8], other=[0.2, 0.8])
    assert list(tension_distances(items, one, other, rule=rule)) == ["both"]


def test_equal_distances_stand_in_the_order_of_the_questionnaire() -> None:
    items = _items(b=2, a=2, c=2)
    one, other = _answers(c=[1, 0], a=[1, 0], b=[1, 0]), _answers(a=[0, 1], c=[0, 1], b=[0, 1])
    assert list(tension_distances(items, one, other)) == ["b", "a", "c"]


def test_six_of_the_fifty_differ_between_the_rules() -> None:
    ours = tension_set(WVS7.items(), *_usa_and_china())
    paper = tension_set(WVS7.items(), *_usa_and_china(), rule="paper")
    assert len(ours) == len(paper) == 50
    assert len(set(paper) - set(ours)) == 6


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(AlignError, match="'best'"):
        tension_distances({}, {}, {}, rule="best")  # type: ignore[arg-type]
