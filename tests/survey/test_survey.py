"""What surveys and items are refused for, and whom a survey is asked."""

from __future__ import annotations

from typing import Any

import pytest

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.survey.survey import Item
from align_tasks.survey.wvs7 import WVS7


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": ""}, "'' cannot name an item"),
        ({"id": "Q 1"}, "'Q 1' cannot name an item"),
        ({"scale": "Ordinal"}, "Q1: a scale is ordinal or nominal, not 'Ordinal'"),
        ({"codes": ()}, r"Q1: options must have codes that differ, not \[\]"),
        ({"codes": (1, 2, 1)}, r"Q1: options must have codes that differ, not \[1, 2, 1\]"),
    ],
)
def test_items_that_contradict_themselves_are_refused(fields: Any, told: str) -> None:
    with pytest.raises(AlignError, match=told):
        Item(**{"id": "Q1", "label": "Tea", "scale": "ordinal", "codes": (1, 2), **fields})


def test_a_survey_is_asked_of_the_cultures_in_whose_language_it_is_worded() -> None:
    assert WVS7.asks(Culture("hk", "zh", "HKG"))
    assert not WVS7.asks(Culture("jp", "ja", "JPN"))
