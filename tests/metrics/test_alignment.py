from __future__ import annotations

import math

import pytest

import align_tasks.metrics as metrics
from align_tasks.metrics import aligned


def test_aligned() -> None:
    assert aligned(0.2, 0.3) == 1.0
    assert aligned(0.3, 0.2) == 0.0
    assert aligned(0.3, 0.3 - 1e-9) == 0.0


def test_a_tie_counts_half_for_either_side_even_when_sums_round_differently() -> None:
    assert aligned(0.25, 0.25) == 0.5
    assert aligned(0, 0) == 0.5
    assert 0.1 + 0.2 != 0.3
    assert aligned(0.1 + 0.2, 0.3) == 0.5


@pytest.mark.parametrize(("own", "other"), [(math.nan, 0.5), (0.5, math.nan), (-0.1, 0.5), (0.5, -0.1)])
def test_refuses_what_is_no_distance(own: float, other: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        aligned(own, other)


def test_every_public_name_is_there_and_documented() -> None:
    for name in metrics.__all__:
        assert getattr(metrics, name).__doc__
