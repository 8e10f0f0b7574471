from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_tasks.metrics import precision_at_k, precisions

PEOPLE = ["blood", "rose", "stop", "fire", "apple"]


def test_hits_over_k() -> None:
    # blood and fire are hits, sky is none; the fourth word no longer counts
    assert precision_at_k(["blood", "sky", "fire", "rose"], PEOPLE, 3) == 2 / 3


def test_divided_by_k_even_if_fewer_were_given() -> None:
    assert precision_at_k(["blood", "rose"], PEOPLE, 5) == 2 / 5


def test_repeats_count_once_and_give_room_to_the_next() -> None:
    # distinct in order: blood, sky, rose; the first three hold two hits
    assert precision_at_k(["blood", "blood", "sky", "blood", "rose"], PEOPLE, 3) == 2 / 3
    assert precision_at_k(["blood"] * 5, PEOPLE, 5) == 1 / 5


def test_the_order_of_predictions_counts() -> None:
    assert precision_at_k(["sky", "blood"], PEOPLE, 1) == 0
    assert precision_at_k(["blood", "sky"], PEOPLE, 1) == 1


def test_nothing_generated_and_nothing_to_hit() -> None:
    assert precision_at_k([], PEOPLE, 5) == 0
    assert precision_at_k(["blood"], [], 5) == 0


def test_several_ks() -> None:
    given_words = ["blood", "sky", "rose", "sea"]
    assert precisions(given_words, set(PEOPLE), [10, 1, 2]) == {10: 0.2, 1: 1.0, 2: 0.5}
    assert list(precisions(given_words, PEOPLE, [10, 1, 2])) == [10, 1, 2]
    assert precisions(given_words, PEOPLE, []) == {}


@pytest.mark.parametrize("k", [0, -1])
def test_refuses_k_below_1(k: int) -> None:
    with pytest.raises(ValueError, match=str(k)):
        precision_at_k(PEOPLE, PEOPLE, k)


WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=12)


@given(WORDS, WORDS, st.integers(1, 12))
@settings(deadline=None)
def test_within_0_and_1_and_never_hurt_by_a_further_word(
    predictions: list[str], people: list[str], k: int
) -> None:
    score = precision_at_k(predictions, people, k)
    assert 0 <= score <= min(1, len(set(predictions)) / k)
    assert score <= precision_at_k([*predictions, "i"], [*people, "i"], k)
