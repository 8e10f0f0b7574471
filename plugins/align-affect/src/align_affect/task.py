"""``affect_XX``: the model rates single words, against the ratings that people gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from align_affect import DIMENSIONS
from align_affect.ratings import rating_sources
from align_affect.texts import Texts, read_texts
from align_tasks.cultures import get_culture
from align_tasks.data.tables import RATING_RANGES, read_ratings
from align_tasks.norms.load import shuffle_key
from align_tasks.prompts import option_labels, survey_prompt
from align_tasks.splits import split_of
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

WORDS = 300
"""Words asked about on each dimension, at most: the standard error of `error` is then below 0.01."""

DATA_COLUMNS = ("word", "dimension", "rating")


class RatedWord(NamedTuple):
    """A word with people's mean rating on one dimension, in the unit of the norms."""

    word: str
    dimension: str
    rating: float


def dataset(culture: str) -> BuiltDataset:
    """Words of the test split, each asked on every dimension for which it was drawn.

    Args:
        culture: whose language and rating norms.

    Raises:
        AlignError: the scales are not worded in the language, or no ratings were imported; says what to do.
    """
    language = get_culture(culture).language
    texts = read_texts(language)
    rows = [rating_row(rated, texts, language) for rated in sample(read_ratings(language))]
    return BuiltDataset(rows, data_columns=DATA_COLUMNS, ratings=rating_sources(language))


def sample(ratings: pl.DataFrame) -> Iterator[RatedWord]:
    """Up to `WORDS` words of the test split for each dimension, drawn by a hash: the same on every machine.

    The dimensions take turns, so that the first rows (``--limit N``) hold equally many words of each.

    Args:
        ratings: columns of `align_tasks.data.tables.RATINGS`.
    """
    drawn = [_drawn(ratings, dimension) for dimension in DIMENSIONS]
    for place in range(WORDS):
        for words in drawn:
            yield from words[place : place + 1]


def rating_row(rated: RatedWord, texts: Texts, language: str) -> Doc:
    """One word on one dimension, asked in both orders of its options."""
    scale = texts.scales[rated.dimension]
    question, options = scale.question.format(word=rated.word), scale.options
    prompts = (survey_prompt(question, order, language) for order in (options, options[::-1]))
    low, high = RATING_RANGES[rated.dimension]
    return {
        **rated._asdict(),
        "range": [low, high],
        "language": language,
        "options": list(options),
        "choices": option_labels(len(options)),
        **prompt_columns(*(replace(prompt, instruction=texts.instruction) for prompt in prompts)),
    }


def _drawn(ratings: pl.DataFrame, dimension: str) -> list[RatedWord]:
    rated = ratings.select("word", dimension).drop_nulls().iter_rows()
    test = [RatedWord(word, dimension, rating) for word, rating in rated if split_of(word) == "test"]
    return sorted(test, key=lambda one: shuffle_key("rating", dimension, one.word))[:WORDS]
