from __future__ import annotations

import math
from typing import Any

import pytest
from lm_eval import evaluate
from scipy.spatial.distance import jensenshannon

from align_tasks.evaluation import task_manager
from align_tasks.scores.survey import answer_distributions, read_samples
from align_tasks.survey.wvs7 import WVS7
from align_tasks.tasks.survey import dataset, human_reference


def _results(*probabilities: float) -> list[tuple[float, bool]]:
    return [(math.log(probability) - 3, False) for probability in probabilities]


def test_the_reversed_order_is_turned_back() -> None:
    """Asked backwards, label A is the last option: 0.7 on A is 0.7 on the third option."""
    given, backwards = answer_distributions(_results(0.5, 0.3, 0.2, 0.7, 0.2, 0.1))
    assert given == pytest.approx([0.5, 0.3, 0.2])
    assert backwards == pytest.approx([0.1, 0.2, 0.7])


def test_drawn_labels_are_counted_in_both_orders() -> None:
    """Backwards, label A is the last option: of four draws three are B, the middle one."""
    doc = {"item": "Q1", "scale": "ordinal", "shares": [1, 0, 0], "human": None, "choices": ["A", "B", "C"]}
    answer = read_samples(doc, [" A\n C\n A\n A", "B\nA\nB\nB"])
    assert answer.given == pytest.approx([0.75, 0, 0.25])
    assert answer.backwards == pytest.approx([0, 0.75, 0.25])
    assert answer.model == pytest.approx([0.375, 0.375, 0.25])


def test_metrics_of_one_item_worked_by_hand(score: Any) -> None:
    doc = {"item": "Q1", "shares": [0.6, 0.4, 0.0], "scale": "ordinal", "human": [0.01, 0.02]}
    scores = score("survey", doc, _results(0.5, 0.3, 0.2, 0.7, 0.2, 0.1))
    model = [0.3, 0.25, 0.45]
    assert scores["jsd"] == pytest.approx(jensenshannon(model, doc["shares"], base=2))
    assert scores["emd"] == pytest.approx((abs(0.3 - 0.6) + abs(0.55 - 1.0)) / 2)
    assert scores["emd_uniform"] == pytest.approx((abs(1 / 3 - 0.6) + abs(2 / 3 - 1.0)) / 2)
    assert scores["order_effect"] == pytest.approx(jensenshannon([0.5, 0.3, 0.2], [0.1, 0.2, 0.7], base=2))
    assert (scores["jsd_human"], scores["emd_human"]) == (0.01, 0.02)


def test_nominal_items_have_no_earth_movers_distance(score: Any) -> None:
    doc = {"item": "Q1", "shares": [1.0, 0.0], "scale": "nominal", "human": [0, 0]}
    scores = score("survey", doc, _results(1, 1, 1, 1))
    assert not [name for name in scores if name.startswith("emd")]


def test_a_model_that_always_says_a_is_spread_over_both_ends(score: Any) -> None:
    doc = {"item": "Q1", "shares": [0.5, 0.0, 0.5], "scale": "ordinal", "human": [0, 0]}
    scores = score("survey", doc, [(0.0, True), (-99.0, False), (-99.0, False)] * 2)
    assert scores["jsd"] == pytest.approx(0, abs=1e-9)
    assert scores["order_effect"] == pytest.approx(1)


@pytest.mark.parametrize("culture", ["us", "zh"])
def test_a_model_that_answers_like_the_people_is_at_no_distance(
    culture: str, scripted: Any, data_home: Any
) -> None:
    def score(request: Any) -> float:
        shares = request.doc["shares"]
        place = request.doc["choices"].index(request.args[1].strip())
        reversed_order = request.idx >= len(shares)
        share = shares[::-1][place] if reversed_order else shares[place]
        return math.log(share) if share else -math.inf

    model = scripted(score=score, write=lambda _: "")
    loaded = task_manager().load([f"wvs_{culture}"])
    results = evaluate(lm=model, task_dict=loaded, bootstrap_iters=0)["results"][f"wvs_{culture}"]
    assert results["jsd,none"] == pytest.approx(0, abs=1e-7)
    assert results["emd,none"] == pytest.approx(0, abs=1e-7)
    assert 0.2 < results["jsd_uniform,none"] < 0.5
    assert 0 < results["jsd_human,none"] < 0.05


def test_options_are_drawn_a_hundred_times_with_a_seed_for_each_question(
    scripted: Any, data_home: Any
) -> None:
    def write(request: Any) -> str:
        settings = request.args[1]
        backwards = request.idx == 1
        shares = request.doc["shares"][::-1] if backwards else request.doc["shares"]
        counts = [round(share * settings["samples"]) for share in shares]
        return "\n".join(
            label
            for label, count in zip(settings["choices"], counts, strict=True)
            for _ in range(max(count, 0))
        )

    model = scripted(write=write)
    found = evaluate(lm=model, task_dict=task_manager().load(["wvs_us_sampled"]), bootstrap_iters=0, limit=30)
    results = found["results"]["wvs_us_sampled"]
    assert results["jsd,none"] < 0.05 < results["jsd_uniform,none"]
    asked = [request.args for request in model.seen]
    assert len(asked) == 60
    assert len({settings["seed"] for _, settings in asked}) == 60
    assert {(settings["samples"], settings["temperature"]) for _, settings in asked} == {(100, 1.0)}
    assert asked[0][1]["choices"][:2] == [" A", " B"]
    assert found["configs"]["wvs_us_sampled"]["generation_kwargs"]["samples"] == 100


def test_people_are_compared_on_the_options_that_they_were_offered() -> None:
    rows = {row["item"]: row for row in dataset("us").splits["test"]}
    assert rows["Q33"]["options"] == ["Agree", "Neither agree nor disagree", "Disagree"]
    assert rows["Q33"]["shares"] == pytest.approx([0.0471, 0.1594, 0.7935], abs=1e-4)
    in_china = {row["item"]: row for row in dataset("zh").splits["test"]}
    assert len(in_china["Q33"]["options"]) == 5
    assert len(in_china["Q172"]["options"]) == 6


def test_all_items_are_there_in_an_order_without_system() -> None:
    order = [row["item"] for row in dataset("us").splits["test"]]
    assert sorted(order) == sorted(WVS7.items())
    topics = {WVS7.items()[item].topic for item in order[:20]}
    assert len(topics) >= 6


def test_one_person_has_no_halves_to_compare() -> None:
    assert human_reference([1.0, 0.0], 1, "ordinal") is None
    assert human_reference([1.0, 0.0], None, "ordinal") is None
    assert human_reference([1.0, 0.0], 2, "ordinal") == (0, 0)
