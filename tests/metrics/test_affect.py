from __future__ import annotations

import pytest

from align_tasks.metrics import AffectGap, affect_gap, mean_rating

VALENCE = {"love": 8.0, "war": 2.0, "rose": 7.0, "tax": 3.0}


def test_mean_of_the_rated_words() -> None:
    # (8 + 2) / 2; "qwx" is not rated
    assert mean_rating(["love", "qwx", "war"], VALENCE) == 5.0


def test_only_the_first_ten_words_count_and_unrated_ones_take_up_room() -> None:
    words = ["love", *["qwx"] * 8, "war", "rose"]
    assert mean_rating(words, VALENCE) == 5.0
    assert mean_rating(words, VALENCE, first=11) == pytest.approx(17 / 3)
    assert mean_rating(words, VALENCE, first=9) == 8.0


def test_a_repeat_counts_again() -> None:
    # (8 + 8 + 2) / 3
    assert mean_rating(["love", "love", "war"], VALENCE) == 6.0


@pytest.mark.parametrize("words", [[], ["qwx"]])
def test_nothing_rated_is_none_not_zero(words: list[str]) -> None:
    assert mean_rating(words, VALENCE) is None
    assert affect_gap(words, ["love"], VALENCE) is None
    assert affect_gap(["love"], words, VALENCE) is None


def test_gap_is_model_minus_people() -> None:
    gap = affect_gap(["love", "rose"], ["war", "tax"], VALENCE)
    assert gap == AffectGap(model=7.5, people=2.5)
    assert gap is not None
    assert gap.gap == 5.0


def test_gap_looks_at_as_many_words_as_told() -> None:
    assert affect_gap(["love", "war"], ["tax", "rose"], VALENCE, first=1) == AffectGap(8.0, 3.0)


def test_a_rating_of_zero_is_a_rating() -> None:
    assert affect_gap(["calm"], ["calm"], {"calm": 0.0}) == AffectGap(0.0, 0.0)


def test_refuses_to_look_at_no_words() -> None:
    with pytest.raises(ValueError, match="0"):
        mean_rating(["love"], VALENCE, first=0)
