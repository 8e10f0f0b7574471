from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from align_tasks.data.tables import write_table
from align_tasks.errors import AlignError
from align_trainers.encoding import Encoder
from align_trainers.sft.weights import concreteness_weights, token_weights


def rate(**ratings: float) -> None:
    rows = {"word": list(ratings), "concreteness": list(ratings.values())}
    empty = {"language": "en", "valence": None, "arousal": None}
    frame = pl.DataFrame(rows).with_columns(**{name: pl.lit(value) for name, value in empty.items()})
    write_table("ratings", "en.mine", frame, {"source": {"name": "mine", "sha256": ""}})


def test_a_word_weighs_by_its_distance_from_the_mean_in_deviations() -> None:
    rate(rose=5, hope=1, blood=3)
    words = ["rose", "hope", "blood", "blood", "unrated"]
    mean, deviation = 3, math.sqrt(2)
    raw = {
        word: math.exp(0.5 * (value - mean) / deviation)
        for word, value in (("rose", 5), ("hope", 1), ("blood", 3))
    }
    scale = (raw["rose"] + raw["hope"] + 2 * raw["blood"]) / 4
    assert concreteness_weights(words, "en", 0.5) == pytest.approx({k: v / scale for k, v in raw.items()})


def test_below_zero_abstract_words_count_more() -> None:
    rate(rose=5, hope=1)
    weights = concreteness_weights(["rose", "hope"], "en", -1.0)
    assert weights["hope"] > 1 > weights["rose"]


def test_without_ratings_there_are_no_weights() -> None:
    with pytest.raises(AlignError, match="align data import norms"):
        concreteness_weights(["rose"], "en", 1.0)


def test_ratings_that_do_not_differ_are_told() -> None:
    rate(rose=5)
    with pytest.raises(AlignError, match="no differences of concreteness"):
        concreteness_weights(["rose", "rose"], "en", 1.0)


def test_tokens_weigh_as_the_word_that_they_end_in() -> None:
    ends = [3, 5, 6, 9, 11, 11]  # "red", ", ", "r", "ose", "! ", end of "red, rose!"
    assert token_weights(("red", "rose!"), ", ", ends, {"red": 2.0, "rose!": 0.5}) == [
        2,
        2,
        0.5,
        0.5,
        0.5,
        0.5,
    ]


def test_words_without_weight_weigh_one(encoder: Encoder) -> None:
    from align_tasks.prompts import association_prompt

    encoded = encoder.encode(association_prompt("red", "en"), "rose, blood")
    weights: dict[str, Any] = {"blood": 3.0}
    found = token_weights(("rose", "blood"), ", ", encoded.ends, weights)
    text = [encoder.tokenizer.decode([one]) for one in encoded.ids[encoded.start :]]
    before = "".join(token for token, weight in zip(text, found, strict=True) if weight == 1.0)
    assert before == " rose, "
