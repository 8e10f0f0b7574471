from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

import pytest
from lm_eval import evaluate

from align_tasks.cultures import Culture, get_culture
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.metrics import answer_distance
from align_tasks.survey.tension import tension_set
from align_tasks.survey.wvs7 import WVS7
from align_tasks.tasks.tension import dataset

CULTURES = ("us", "zh")


@pytest.mark.parametrize(("place", "own", "other"), [(0, "us", "zh"), (1, "zh", "us")])
def test_a_model_that_answers_like_one_country_is_aligned_with_it_on_every_item(
    place: int, own: str, other: str, scripted: Any, data_home: Any
) -> None:
    def score(request: Any) -> float:
        shares = request.doc["shares"][place]
        label = request.doc["choices"].index(request.args[1].strip())
        share = (shares[::-1] if request.idx >= len(shares) else shares)[label]
        return math.log(share) if share else -math.inf

    loaded = task_manager().load(["wvs_tension"])
    results = evaluate(lm=scripted(score=score, write=lambda _: ""), task_dict=loaded, bootstrap_iters=0)
    for task in ("wvs_tension_us", "wvs_tension_zh"):
        scores = results["results"][task]
        assert scores[f"{own}_aligned,none"] == 1
        assert scores[f"{other}_aligned,none"] == 0
        assert scores[f"distance_{own},none"] == pytest.approx(0, abs=1e-7)
        assert scores[f"distance_{other},none"] > 0.25
    assert results["groups"]["wvs_tension"][f"{own}_aligned,none"] == 1


def test_distances_of_one_item_are_the_mean_of_both_kinds(score: Any) -> None:
    doc = {
        "item": "Q1",
        "cultures": ["us", "zh"],
        "scale": "ordinal",
        "options": ["a", "b"],
        "shares": [[0.9, 0.1], [0.2, 0.8]],
        "human": [0.01, 0.02],
    }
    scores = score("tension", doc, [(math.log(p), False) for p in (0.6, 0.4, 0.4, 0.6)], ["us", "zh"])
    assert scores["distance_us"] == pytest.approx(answer_distance([0.6, 0.4], [0.9, 0.1], "ordinal"))
    assert scores["distance_zh"] == pytest.approx(answer_distance([0.6, 0.4], [0.2, 0.8], "ordinal"))
    assert (scores["us_aligned"], scores["zh_aligned"]) == (1, 0)
    assert scores["zh_aligned_uniform"] == 1
    assert scores["distance_zh_human"] == 0.02


def test_both_languages_ask_the_items_of_the_tension_set() -> None:
    chosen = tension_set(WVS7.items(), *(WVS7.answers(get_culture(name)) for name in CULTURES))
    for culture in CULTURES:
        assert sorted(row["item"] for row in dataset(culture, CULTURES).splits["test"]) == sorted(chosen)


def test_the_authors_rule_keeps_options_that_one_country_was_not_offered() -> None:
    rows = {row["item"]: row for row in dataset("us", CULTURES, tension="paper").splits["test"]}
    assert len(rows["Q33"]["options"]) == 5
    assert all(sum(shares) == pytest.approx(1) for row in rows.values() for shares in row["shares"])


def _import_ken(folder: Path, answers: dict[str, int]) -> None:
    """Answers of one person in Kenya, by item."""
    file = folder / "wvs.csv"
    values = ",".join(map(str, answers.values()))
    file.write_text(f"B_COUNTRY_ALPHA,W_WEIGHT,{','.join(answers)}\nKEN,1,{values}\n")
    import_file(file, "wvs")


def test_a_set_smaller_than_it_should_be_says_so_in_the_log_and_the_results(
    data_home: Path, tmp_path: Path, plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plugins.register(cultures=[Culture("ke", "en", "KEN")])
    _import_ken(tmp_path, {"Q1": 4, "Q2": 4, "Q33": 1})  # in Q33 the USA were not offered that answer
    with caplog.at_level(logging.WARNING):
        told = dataset("ke", ("ke", "us")).describe()
    assert (told["tension_size"], told["items"]) == (50, 2)
    assert caplog.messages == [
        "the tension set of KEN and USA in World Values Survey wave 7 holds 2 items, not 50: "
        "no more can be compared, and its scores are not those of a full set"
    ]


def test_a_whole_set_is_loaded_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        told = dataset("us", CULTURES).describe()
    assert (told["tension_size"], told["items"]) == (50, 50)
    assert caplog.messages == []


def test_two_cultures_that_cannot_be_compared_on_any_item_are_told(
    data_home: Path, tmp_path: Path, plugins: Any
) -> None:
    plugins.register(cultures=[Culture("ke", "en", "KEN")])
    _import_ken(tmp_path, {"Q33": 1})
    with pytest.raises(AlignError, match="no items on which KEN and USA can be compared in World Values"):
        dataset("ke", ("ke", "us"))
