from __future__ import annotations

import math
from typing import Any

import pytest
from scipy.spatial.distance import jensenshannon

from align_tasks.tasks.likelihood import dataset

DOC = {"cue": "tea", "language": "en", "counts": [6, 3, 1], "human": [0.2, 0.7]}


def test_metrics_of_one_cue_worked_by_hand(score: Any) -> None:
    scores = score("likelihood", DOC, [(math.log(p) - 5, False) for p in (0.2, 0.5, 0.3)])
    assert scores["jsd"] == pytest.approx(jensenshannon([0.2, 0.5, 0.3], [0.6, 0.3, 0.1], base=2))
    assert scores["spearman"] == pytest.approx(-0.5)
    assert (scores["jsd_human"], scores["spearman_human"]) == (0.2, 0.7)


def test_likelihoods_in_peoples_proportions_are_at_no_distance(score: Any) -> None:
    scores = score("likelihood", DOC, [(math.log(count) - 9, False) for count in DOC["counts"]])
    assert scores["jsd"] == pytest.approx(0, abs=1e-7)
    assert scores["spearman"] == pytest.approx(1)


@pytest.mark.parametrize(("culture", "end"), [("us", ","), ("zh", "、")])
def test_no_candidate_is_the_beginning_of_another(culture: str, end: str, data_home: Any) -> None:
    """Without its end, "car" would be given the likelihood of "carpet"."""
    for row in dataset(culture, norms="demo").splits["test"]:
        choices = row["choices"]
        assert all(choice.endswith(end) for choice in choices)
        assert not [(a, b) for a in choices for b in choices if a != b and b.startswith(a)]
