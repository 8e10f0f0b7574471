"""Choices that are drawn, beside the distribution from which they are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from align_tasks.backends.answers import AnswerStore
from align_tasks.backends.shared import SharedPrefixLM
from align_tasks.metrics import softmax

from .conftest import scoring, writing

Make = Callable[..., SharedPrefixLM]
CHOICES = [" A", " Be", " Bo"]


def _drawing(context: str, **settings: Any) -> Any:
    told = {"choices": CHOICES, "samples": 400, "temperature": 1.0, "seed": 1} | settings
    return writing(context, **told)


def _drawn(model: SharedPrefixLM, context: str = "tea", **settings: Any) -> list[str]:
    (answer,) = model.generate_until([_drawing(context, **settings)])
    return str(answer).split("\n")


def test_what_is_drawn_follows_the_probabilities_token_by_token(shared: Make) -> None:
    """Of one-byte tokens: the choice between A and B comes first, that between Be and Bo after it."""
    model = shared()
    first = np.array([score for score, _ in model.loglikelihood([scoring("tea", f" {b}") for b in "AB"])])
    then = np.array([score for score, _ in model.loglikelihood([scoring("tea B", b) for b in "eo"])])
    of_a, of_b = softmax(first)
    expected = [of_a, *(of_b * softmax(then))]
    counts = Counter(_drawn(model, samples=4000))
    assert set(counts) == set(CHOICES)
    assert chisquare([counts[one] for one in CHOICES], 4000 * np.array(expected)).pvalue > 0.001


def test_a_low_temperature_draws_the_likeliest_alone(shared: Make) -> None:
    model = shared()
    assert len(set(_drawn(model, temperature=0.001))) == 1
    assert len(set(_drawn(model))) == 3


def test_the_seed_alone_decides(shared: Make) -> None:
    model = shared()
    one = _drawn(model)
    assert _drawn(model, "dog") != one != _drawn(model, seed=2)
    assert _drawn(model) == one == _drawn(shared())
    assert len(one) == 400


def test_more_are_drawn_than_are_written_at_once(shared: Make) -> None:
    assert len(_drawn(shared(batch_size=7), samples=20)) == 20


def test_free_texts_and_drawn_choices_stand_side_by_side(shared: Make, hf: Any) -> None:
    model, free = shared(), writing("tea")
    drawn, written, again = model.generate_until([_drawing("tea"), free, _drawing("tea", seed=3)])
    assert written == hf.generate_until([free])[0]
    assert set(drawn.split("\n")) == set(CHOICES)
    assert drawn != again


def test_drawn_choices_are_kept(shared: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shared()
    model.answers = AnswerStore(tmp_path / "answers.sqlite")
    first = model.generate_until([_drawing("tea")])
    monkeypatch.setattr(model.model, "generate", None)
    assert model.generate_until([_drawing("tea")]) == first
