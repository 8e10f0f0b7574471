from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, pairwise, permutations
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from align_tasks.metrics import association_ceiling, precision_at_k, precision_ceiling, survey_ceiling
from align_tasks.metrics.ceiling import expected_hits
from align_tasks.metrics.halves import deal_halves

CUE = [20, 9, 9, 5, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1]


# halves


def test_halves_sum_to_the_whole_and_are_as_large_as_they_can_be() -> None:
    one, other = deal_halves(CUE[:4], splits=50, seed=1)
    assert one.shape == other.shape == (50, 4)
    np.testing.assert_array_equal(one + other, [CUE[:4]] * 50)
    assert set(one.sum(axis=1)) == {21}
    assert set(other.sum(axis=1)) == {22}
    assert len({tuple(split) for split in one}) > 10


@pytest.mark.parametrize("counts", [[1, -1, 3], [1.5, 2], [[1, 2], [3, 4]]])
def test_halves_refuse_what_is_no_count(counts: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        deal_halves(counts, splits=2, seed=0)


# precision


def test_all_alike_is_predicted_for_certain_and_fills_one_place_of_k() -> None:
    assert precision_ceiling([12], [1, 5, 10], seed=0) == {1: 1.0, 5: 0.2, 10: 0.1}


def test_nobody_agrees() -> None:
    assert precision_ceiling([1] * 9, [1, 5], seed=0) == {1: 0.0, 5: 0.0}


def test_tiny_case_against_every_possible_split() -> None:
    # a a b c: of 6 halves, ab|ac comes up 4 times and hits a (1/2 at k = 1, by the tie; 1 of 2 at k = 2);
    # aa|bc comes up twice and hits nothing. So 4/6 * 1/2 = 1/3 at k = 1 and at k = 2
    exact = {k: _over_every_split("aabc", k) for k in (1, 2, 3)}
    assert exact == pytest.approx({1: 1 / 3, 2: 1 / 3, 3: 2 / 9})
    # a split scores 0 or 1/2, standard deviation 0.24, so 20,000 of them have a standard error of 0.0017
    assert precision_ceiling([2, 1, 1], [1, 2, 3], splits=20_000, seed=3) == pytest.approx(exact, abs=0.006)


def test_both_directions_count_when_the_halves_differ_in_size() -> None:
    # a a b, halves of 1 and 2. Twice in three a|ab: a predicts a (1), a or b predict a (1/2 by the tie);
    # once b|aa: nothing either way. So 2/3 * (1 + 1/2) / 2 = 1/2; one direction alone gives 2/3 or 1/3
    assert precision_ceiling([2, 1], [1], splits=20_000, seed=3)[1] == pytest.approx(1 / 2, abs=0.012)


def _over_every_split(responses: str, k: int) -> float:
    places = range(len(responses))
    return float(
        np.mean(
            [
                _every_tie_order(
                    [responses[i] for i in half], [responses[i] for i in places if i not in half], k
                )
                for half in combinations(places, len(responses) // 2)
            ]
        )
    )


def _every_tie_order(half: list[str], other: list[str], k: int) -> float:
    counts = Counter(half)
    orders = [
        order for order in permutations(counts) if all(counts[a] >= counts[b] for a, b in pairwise(order))
    ]
    return float(np.mean([precision_at_k(order, other, k) for order in orders]))


def test_expected_hits_are_the_mean_over_every_order_of_ties() -> None:
    rng = np.random.default_rng(11)
    one, other = rng.integers(0, 3, (2, 60, 6))
    words = np.array(list("abcdef"))
    assert ((one == 0).all(axis=1)).sum() == 0
    for k in range(1, 9):
        for row, hits in enumerate(expected_hits(one, other, k)):
            said, heard = (list(np.repeat(words, half[row])) for half in (one, other))
            assert hits == pytest.approx(k * _every_tie_order(said, heard, k), abs=1e-12)


def test_realistic_case_against_a_plain_simulation() -> None:
    """Tokens shuffled one by one, ties broken at random, scored by `precision_at_k` itself."""
    shuffler = random.Random(7)
    scores: dict[int, list[float]] = {1: [], 5: [], 10: []}
    tokens = [word for word, count in enumerate(CUE) for _ in range(count)]
    for _ in range(3000):
        shuffler.shuffle(tokens)
        one, other = (list(map(str, half)) for half in (tokens[:30], tokens[30:]))
        for k, values in scores.items():
            values += [_by_shuffled_ties(one, other, k), _by_shuffled_ties(other, one, k)]
    ceiling = precision_ceiling(CUE, [1, 5, 10], splits=3000, seed=5)
    for k, values in scores.items():
        assert 0 < np.mean(values) <= 1
        # standard error of either side below 0.003
        assert ceiling[k] == pytest.approx(np.mean(values), abs=0.012)


def _by_shuffled_ties(half: list[str], other: list[str], k: int) -> float:
    # the tokens are shuffled, so the order of first appearance among equally frequent words is random
    return precision_at_k([word for word, _ in Counter(half).most_common()], other, k)


def test_deterministic_by_seed_and_blind_to_the_order_of_counts() -> None:
    once = precision_ceiling(CUE, [1, 5], seed=4)
    assert precision_ceiling(CUE, [1, 5], seed=4) == once
    assert precision_ceiling(CUE[::-1], [1, 5], seed=4) == once
    assert precision_ceiling(random.Random(0).sample(CUE, len(CUE)), [1, 5], seed=4) == once
    assert precision_ceiling(CUE, [1, 5], seed=5) != once


def test_the_ks_do_not_disturb_each_other() -> None:
    assert precision_ceiling(CUE, [5], seed=4)[5] == precision_ceiling(CUE, [40, 1, 5], seed=4)[5]


def test_more_people_predict_better() -> None:
    few, many = (precision_ceiling([times * n for n in CUE], [10], seed=1)[10] for times in (1, 20))
    assert few < many - 0.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"counts": []}, "at least 2 answers, not 0"),
        ({"counts": [1]}, "at least 2 answers, not 1"),
        ({"counts": [0, 0]}, "at least 2 answers, not 0"),
        ({"counts": [3, -1]}, "whole numbers"),
        ({"counts": [0.5, 0.5]}, "whole numbers"),
        ({"ks": [5, 0]}, r"\[5, 0\]"),
        ({"splits": 0}, "splits must be at least 1"),
    ],
)
def test_precision_ceiling_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        precision_ceiling(**{"counts": CUE, "ks": [5], "seed": 0, **arguments})


# survey


def test_survey_of_four_people_against_every_possible_split() -> None:
    # two of either answer; of 6 halves, 2 are of one mind (distance 1), 4 are mixed (distance 0): 1/3;
    # standard deviation 0.47, 20,000 splits: standard error 0.0033
    ceiling = survey_ceiling([0.5, 0.5], 4, scale="nominal", splits=20_000, seed=1)
    assert ceiling.jsd == pytest.approx(1 / 3, abs=0.012)
    assert ceiling.transport == ceiling.jsd


def test_shares_are_rounded_to_whole_respondents() -> None:
    # 1.1 and 0.9 of two people: one of each, so that the halves always disagree
    ceiling = survey_ceiling([0.55, 0.45], 2, scale="nominal", seed=0)
    assert (ceiling.jsd, ceiling.transport) == (1, 1)


@pytest.mark.parametrize("shares", [[1, 0, 0], [1.0]])
def test_a_unanimous_people_is_no_distance_from_itself(shares: list[float]) -> None:
    ceiling = survey_ceiling(shares, 100, scale="ordinal", seed=0)
    assert (ceiling.jsd, ceiling.transport) == (0, 0)


def test_survey_ceiling_shrinks_like_the_root_of_n() -> None:
    shares = [0.3, 0.3, 0.2, 0.2]
    small, large = (survey_ceiling(shares, n, scale="ordinal", splits=2000, seed=2) for n in (500, 8000))
    assert small.jsd / large.jsd == pytest.approx(4, rel=0.08)
    assert small.transport / large.transport == pytest.approx(4, rel=0.08)


def test_survey_ceiling_keeps_the_options_in_order() -> None:
    near, far = (
        survey_ceiling(shares, 1000, scale="ordinal", splits=2000, seed=3)
        for shares in ([0.5, 0.5, 0], [0.5, 0, 0.5])
    )
    assert far.transport / near.transport == pytest.approx(2, rel=0.1)
    assert far.jsd == pytest.approx(near.jsd, rel=0.1)


def test_survey_ceiling_knows_the_scale() -> None:
    shares = [0.2] * 5
    ordinal, nominal = (survey_ceiling(shares, 500, scale=scale, seed=3) for scale in ("ordinal", "nominal"))
    assert ordinal.jsd == nominal.jsd
    assert ordinal.transport != nominal.transport


def test_survey_ceiling_is_deterministic_by_seed() -> None:
    one, same, another = (survey_ceiling([0.4, 0.6], 99, scale="ordinal", seed=seed) for seed in (8, 8, 9))
    assert one == same
    assert one != another


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shares": [40, 60]}, "sums to 100"),
        ({"shares": [[0.5, 0.5]]}, "vector"),
        ({"shares": []}, "shares is empty"),
        ({"n": 1}, "at least 2 answers"),
        ({"n": 0}, "at least 2 answers, not 0"),
        ({"scale": "interval"}, "interval"),
        ({"splits": 0}, "splits"),
    ],
)
def test_survey_ceiling_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        survey_ceiling(**{"shares": [0.4, 0.6], "n": 100, "scale": "ordinal", "seed": 0, **arguments})


# associations


def test_where_nobody_agrees_the_halves_share_nothing() -> None:
    found = association_ceiling([1, 1], splits=10, seed=0)
    assert (found.jsd, found.spearman) == (1, -1)


def test_tiny_case_of_agreement_against_every_possible_split() -> None:
    """a a b: one of two kinds alone in the smaller half. (a | a b) twice, (b | a a) once."""
    found = association_ceiling([2, 1], splits=6_000, seed=0)
    apart = jensenshannon([0, 1], [1, 0], base=2)
    mixed = jensenshannon([1, 0], [0.5, 0.5], base=2)
    assert found.jsd == pytest.approx((2 * mixed + apart) / 3, abs=0.01)
    assert found.spearman == pytest.approx((2 * 0 + -1) / 3, abs=0.02)


def test_many_answers_agree_nearly_perfectly() -> None:
    found = association_ceiling([4000, 2000, 1000, 500], seed=0)
    assert found.jsd < 0.02
    assert found.spearman == pytest.approx(1)
