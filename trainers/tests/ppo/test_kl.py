from __future__ import annotations

import pytest

from align_trainers.ppo.kl import KLPrice


@pytest.mark.parametrize(
    ("divergence", "coefficient"),
    [
        (6.0, 0.1),
        (6.6, 0.1 * (1 + 0.1 * 0.25)),  # a tenth above the target
        (5.4, 0.1 * (1 - 0.1 * 0.25)),
        (60.0, 0.1 * (1 + 0.2 * 0.25)),  # an error counts as 0.2 at most
        (0.0, 0.1 * (1 - 0.2 * 0.25)),
    ],
)
def test_the_price_follows_the_divergence(divergence: float, coefficient: float) -> None:
    price = KLPrice(0.1, 6.0, horizon=400)
    price.update(divergence, 100)
    assert price.coefficient == pytest.approx(coefficient, rel=1e-12)


def test_the_price_goes_on_from_where_it_is() -> None:
    price = KLPrice(0.1, 1.0, horizon=10)
    price.update(9.0, 10)
    price.update(9.0, 10)
    assert price.coefficient == pytest.approx(0.1 * 1.2 * 1.2)


def test_without_a_target_the_price_is_fixed() -> None:
    price = KLPrice(0.1, None, horizon=1)
    price.update(1e9, 100)
    assert price.coefficient == 0.1
