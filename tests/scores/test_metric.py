from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.scores.metric import Metric


@pytest.mark.parametrize("name", ["", "a,b", "P@5", "[red]", "bypass", "{nation}_aligned", "two words"])
def test_names_that_results_could_not_hold_are_refused(name: str) -> None:
    with pytest.raises(AlignError, match="cannot name a metric"):
        Metric("survey", name, len)


@pytest.mark.parametrize("name", ["p_at_5", "{culture}_aligned", "distance_{culture}"])
def test_names_of_letters_digits_and_cultures_are_taken(name: str) -> None:
    assert Metric("survey", name, len).name == name


def test_a_direction_that_is_none_is_refused() -> None:
    wrong: Any = "up"
    with pytest.raises(AlignError, match="'up' is no way to be better"):
        Metric("survey", "words", len, better=wrong)
