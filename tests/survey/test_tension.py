from __future__ import annotations

import pytest

from align_tasks.errors import AlignError
from align_tasks.survey.tension import tension_distances, tension_set
from align_tasks.survey.wvs7 import Item, load_items, load_shares


def _item(
    name: str, options: int, *, scale: str = "ordinal", not_offered: dict[str, tuple[int, ...]] | None = None
):  # type: ignore[no-untyped-def]
    codes = tuple(range(1, options + 1))
    return Item(name, "topic", name, scale, codes, False, not_offered or {}, None)  # type: ignore[arg-type]


def test_the_largest_distance_comes_first() -> None:
    items = {name: _item(name, 2) for name in "abc"}
    shares = {
        "a": {"X": [0.5, 0.5], "Y": [0.6, 0.4]},
        "b": {"X": [1.0, 0.0], "Y": [0.0, 1.0]},
        "c": {"X": [0.5, 0.5], "Y": [0.5, 0.5]},
    }
    distances = tension_distances(items, shares, "X", "Y")
    assert list(distances) == ["b", "a", "c"]
    assert distances["b"] == pytest.approx(1)
    assert distances["c"] == pytest.approx(0)
    assert tension_set(items, shares, "X", "Y", size=2) == ["b", "a"]


def test_far_options_count_more_only_under_the_mended_rule() -> None:
    """Pitfall 2: with the shares taken as samples, it does not matter where on the scale they lie."""
    items = {"near": _item("near", 4), "far": _item("far", 4)}
    shares = {
        "near": {"X": [1.0, 0.0, 0.0, 0.0], "Y": [0.0, 1.0, 0.0, 0.0]},
        "far": {"X": [1.0, 0.0, 0.0, 0.0], "Y": [0.0, 0.0, 0.0, 1.0]},
    }
    mended = tension_distances(items, shares, "X", "Y")
    assert mended["far"] == pytest.approx(0.5 * 1 + 0.5 * 1)
    assert mended["near"] == pytest.approx(0.5 * 1 + 0.5 / 3)
    paper = tension_distances(items, shares, "X", "Y", rule="paper")
    assert paper["far"] == pytest.approx(paper["near"])


def test_items_with_other_options_in_one_country_cannot_be_compared() -> None:
    items = {"same": _item("same", 2), "other": _item("other", 2, not_offered={"X": (2,)})}
    shares = {name: {"X": [1.0, 0.0], "Y": [0.2, 0.8]} for name in items}
    assert list(tension_distances(items, shares, "X", "Y")) == ["same"]
    assert set(tension_distances(items, shares, "X", "Y", rule="paper")) == {"same", "other"}


def test_six_of_the_fifty_differ_between_the_rules() -> None:
    ours = tension_set(load_items(), load_shares(), "USA", "CHN")
    paper = tension_set(load_items(), load_shares(), "USA", "CHN", rule="paper")
    assert len(ours) == len(paper) == 50
    assert len(set(paper) - set(ours)) == 6


def test_an_unknown_rule_is_told() -> None:
    with pytest.raises(AlignError, match="'best'"):
        tension_distances({}, {}, "X", "Y", rule="best")  # type: ignore[arg-type]
