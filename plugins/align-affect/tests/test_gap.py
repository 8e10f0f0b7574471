from __future__ import annotations

from statistics import median

import pytest

from align_affect.gap import AffectGap, affect_gap, average_rating

VALENCE = {"love": 8.0, "war": 2.0, "rose": 7.0, "tax": 3.0}


def test_mean_of_the_rated_words() -> None:
    # (8 + 2) / 2; "qwx" is not rated
    assert average_rating(["love", "qwx", "war"], VALENCE) == 5.0


def test_only_the_first_ten_words_count_and_unrated_ones_take_up_room() -> None:
    assert average_rating(["love", *["qwx"] * 8, "war", "rose"], VALENCE) == 5.0
    assert average_rating(["love", *["qwx"] * 9, "war", "rose"], VALENCE) == 8.0


def test_a_repeat_counts_again() -> None:
    # (8 + 8 + 2) / 3
    assert average_rating(["love", "love", "war"], VALENCE) == 6.0


@pytest.mark.parametrize("words", [[], ["qwx"]])
def test_nothing_rated_is_none_not_zero(words: list[str]) -> None:
    assert average_rating(words, VALENCE) is None
    assert affect_gap(words, ["love"], VALENCE) is None
    assert affect_gap(["love"], words, VALENCE) is None


def test_gap_is_model_minus_people() -> None:
    gap = affect_gap(["love", "rose"], ["war", "tax"], VALENCE)
    assert gap == AffectGap(model=7.5, people=2.5)
    assert gap is not None
    assert gap.gap == 5.0


def test_the_median_of_a_list_leaves_an_outlier_aside() -> None:
    # medians of 8, 7, 2 and of 3, 2: 7 and 2.5
    gap = affect_gap(["love", "rose", "war"], ["tax", "war"], VALENCE, median)
    assert gap == AffectGap(model=7.0, people=2.5)


def test_a_rating_of_zero_is_a_rating() -> None:
    assert affect_gap(["calm"], ["calm"], {"calm": 0.0}) == AffectGap(0.0, 0.0)
