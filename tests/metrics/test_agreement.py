"""1,000 random cases against SciPy and against the PyPI package popfidelity, to 1e-9."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import spearmanr, wasserstein_distance

from align_tasks.metrics import (
    earth_movers_distance,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    paper_tension_distance,
    spearman,
    total_variation,
)

popfidelity = pytest.importorskip("popfidelity.metrics", reason="popfidelity needs Python 3.11")
Vector = npt.NDArray[np.float64]
EXACT = 1e-9


@pytest.fixture(scope="module")
def cases() -> list[tuple[Vector, Vector]]:
    """2 to 10 options, uneven shares, a fifth of them zero; every tenth pair is disjoint."""
    rng = np.random.default_rng(20250819)
    return [_pair(rng, disjoint=i % 10 == 0) for i in range(1000)]


def _pair(rng: np.random.Generator, *, disjoint: bool) -> tuple[Vector, Vector]:
    options = int(rng.integers(2, 11))
    first, second = rng.dirichlet(np.full(options, 0.5), 2) * (rng.random((2, options)) > 0.2)
    if disjoint:
        first[options // 2 :] = 0
        second[: options // 2] = 0
    first[0] += 1e-3
    second[-1] += 1e-3
    return first / first.sum(), second / second.sum()


def test_the_cases_hold_zeros_and_every_length(cases: list[tuple[Vector, Vector]]) -> None:
    assert {len(p) for p, _ in cases} == set(range(2, 11))
    assert sum((p == 0).any() and (q == 0).any() for p, q in cases) > 300
    assert sum(jensen_shannon_distance(p, q) > 1 - 1e-12 for p, q in cases) >= 100


def test_jensen_shannon_agrees_with_scipy(cases: list[tuple[Vector, Vector]]) -> None:
    for p, q in cases:
        scipys = jensenshannon(p, q, base=2)
        assert jensen_shannon_distance(p, q) == pytest.approx(scipys, rel=0, abs=EXACT)
        assert jensen_shannon_divergence(p, q) == pytest.approx(scipys**2, rel=0, abs=EXACT)


def test_earth_mover_agrees_with_scipy(cases: list[tuple[Vector, Vector]]) -> None:
    for p, q in cases:
        ranks = np.arange(len(p))
        scipys = wasserstein_distance(ranks, ranks, p, q) / (len(p) - 1)
        assert earth_movers_distance(p, q) == pytest.approx(scipys, rel=0, abs=EXACT)


def test_paper_tension_agrees_with_the_call_the_authors_made(cases: list[tuple[Vector, Vector]]) -> None:
    for p, q in cases:
        scipys = 0.5 * jensenshannon(p, q, base=2) + 0.5 * wasserstein_distance(p, q) / (len(p) - 1)
        assert paper_tension_distance(p, q) == pytest.approx(scipys, rel=0, abs=EXACT)


def test_all_distances_agree_with_popfidelity(cases: list[tuple[Vector, Vector]]) -> None:
    """Its base is 2 by default too, and its ``nemd`` divides by (options - 1) like ours."""
    ours = {
        "js_distance": jensen_shannon_distance,
        "js_divergence": jensen_shannon_divergence,
        "nemd": earth_movers_distance,
        "total_variation": total_variation,
    }
    for options in range(2, 11):
        p, q = np.stack([case for case in cases if len(case[0]) == options], axis=1)
        for name, distance in ours.items():
            np.testing.assert_allclose(
                distance(p, q), popfidelity.distance(p, q, name), rtol=0, atol=EXACT, err_msg=name
            )


def test_popfidelity_with_natural_logarithms_differs_by_the_known_factor() -> None:
    p, q = [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]
    theirs = popfidelity.distance(p, q, "js_distance", base=float(np.e))[0]
    assert jensen_shannon_distance(p, q) * np.sqrt(np.log(2)) == pytest.approx(theirs, rel=0, abs=EXACT)


def test_spearman_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1904)
    tied = 0
    for _ in range(1000):
        n = int(rng.integers(3, 30))
        x, y = rng.integers(0, n, (2, n)).astype(float)
        x[0], y[-1] = -1, -1  # never constant, where SciPy warns
        tied += len(set(x)) < n
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, rel=0, abs=EXACT)
    assert tied > 900
