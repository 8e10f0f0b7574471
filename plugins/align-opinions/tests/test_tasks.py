from __future__ import annotations

import logging
import math
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lm_eval import evaluate
from scipy.spatial.distance import jensenshannon

from align_opinions import TASKS, scores
from align_opinions.tasks import dataset
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.testing import ScriptedModel, answers_like

INSTALLED = Path(str(distribution("align-opinions").locate_file("lm_eval/tasks/align_opinions")))


def _of(country: str) -> Any:
    """Its shares; equal ones where it did not answer."""

    def shares_of(doc: Any) -> list[float]:
        if country in doc["countries"]:
            return list(doc["shares"][doc["countries"].index(country)])
        return [1 / len(doc["choices"])] * len(doc["choices"])

    return shares_of


def test_a_model_that_answers_like_a_country_is_nearest_to_it(imported: Any) -> None:
    model = ScriptedModel(answers_like(_of("USA")))
    loaded = task_manager().load(["opinions"])
    found = evaluate(lm=model, task_dict=loaded, bootstrap_iters=0)
    results = found["results"]["opinions"]
    assert results["similarity_us,none"] == pytest.approx(1)
    assert results["percentile_us,none"] == 1
    usa, china, japan = [1 / 9, 2 / 9, 3 / 9, 3 / 9], [4 / 9, 4 / 9, 1 / 9, 0], [0.25] * 4
    assert results["similarity_zh,none"] == pytest.approx(1 - jensenshannon(usa, china, base=2))
    assert results["percentile_zh,none"] == 0  # Japan is nearer
    assert results["similarity_zh_uniform,none"] == pytest.approx(1 - jensenshannon(japan, china, base=2))
    assert results["percentile_us_uniform,none"] == pytest.approx((0.5 + 1) / 2)  # tea: of CHN and JPN, CHN
    assert len(model.seen) == 2 * (4 + 3)
    metadata = found["configs"]["opinions"]["metadata"]
    assert (metadata["survey"], metadata["items"]) == ("GlobalOpinionQA", 2)
    assert metadata["countries"] == ["CHN", "JPN", "USA"]
    assert metadata["answers"].startswith("global_opinions.csv (SHA-256 ")


def test_samples_that_are_no_country_are_compared_with_nothing(imported: Any) -> None:
    rows = {row["topic"]: row for row in dataset(["us", "zh"]).splits["test"]}
    assert rows["GAS"]["countries"] == ["CHN", "JPN", "USA"]
    assert rows["WVS"]["countries"] == ["JPN", "USA"]


def test_india_is_compared_by_its_current_national_sample(data_home: Path, write: Any, row: Any) -> None:
    shares = {
        "China": [0.5, 0.5],
        "China (Non-national sample)": [0.9, 0.1],
        "India (Current national sample)": [0.2, 0.8],
        "India (Non-national sample)": [0.6, 0.4],
        "India (Old national sample)": [0.7, 0.3],
        "United States": [0.4, 0.6],
    }
    import_file(write(row("Q?", ["a", "b"], shares)), "opinions")
    (asked,) = dataset(["us"]).splits["test"]
    assert asked["countries"] == ["CHN", "IND", "USA"]
    assert asked["shares"] == [[0.5, 0.5], [0.2, 0.8], [0.4, 0.6]]


def test_the_fingerprint_tells_whose_answers_they_are(data_home: Path, write: Any, row: Any) -> None:
    """The same shares in the same places, of other countries."""
    prints = []
    for other in ("Peru", "Kenya"):
        shares = {other: [0.5, 0.5], "United States": [0.4, 0.6]}
        import_file(write(row("Q?", ["a", "b"], shares)), "opinions")
        prints.append(dataset(["us"]).describe())
    assert prints[0]["data_fingerprint"] != prints[1]["data_fingerprint"]
    assert prints[0]["prompt_fingerprint"] == prints[1]["prompt_fingerprint"]
    assert [told["countries"] for told in prints] == [["PER", "USA"], ["KEN", "USA"]]


def test_results_among_fewer_countries_cannot_be_taken_for_those_among_all(
    data_home: Path, write: Any, row: Any
) -> None:
    shares = {"Japan": [0.5, 0.5], "Peru": [0.1, 0.9], "United States": [0.4, 0.6]}
    path = write(row("Q?", ["a", "b"], shares))
    told = {}
    for countries in ((), ("USA", "JPN"), ("USA", "PER")):
        import_file(path, "opinions", countries=countries)
        told[countries] = dataset(["us"]).describe()
    assert [len({about[key] for about in told.values()}) for key in ("answers", "data_fingerprint")] == [3, 3]
    assert told["USA", "PER"]["countries"] == ["PER", "USA"]
    assert told["USA", "PER"]["answers"].endswith("; imported countries: PER, USA")
    assert "countries" not in told[()]["answers"]


def test_questions_that_no_compared_country_answered_are_not_asked(imported: Any) -> None:
    assert [row["topic"] for row in dataset(["zh"]).splits["test"]] == ["GAS"]


def test_a_culture_that_is_not_in_the_file_is_told(
    data_home: Path, write: Any, row: Any, caplog: pytest.LogCaptureFixture
) -> None:
    import_file(write(row("Q?", ["a", "b"], {"Japan": [0.5, 0.5], "China": [0, 1]})), "opinions")
    with caplog.at_level(logging.WARNING):
        dataset(["us", "zh"])
    assert "no answers of USA in GlobalOpinionQA have been imported" in caplog.text
    with pytest.raises(AlignError, match="no answers of USA in GlobalOpinionQA"):
        dataset(["us"])


@pytest.mark.parametrize("task", ["opinions", "opinions_us"])
def test_without_an_import_the_tasks_say_what_to_do(task: str, data_home: Path) -> None:
    with pytest.raises(AlignError, match="align data import opinions FILE"):
        task_manager().load([task])


def test_a_culture_has_the_metrics_of_every_survey(imported: Any) -> None:
    loaded = task_manager().load(["opinions_us"])
    model = ScriptedModel(answers_like(lambda doc: doc["shares"]))
    results = evaluate(lm=model, task_dict=loaded, bootstrap_iters=0)["results"]["opinions_us"]
    assert results["jsd,none"] == pytest.approx(0, abs=1e-7)
    assert results["emd,none"] == pytest.approx(0, abs=1e-7)
    tea = (abs(1 / 4 - 1 / 9) + abs(2 / 4 - 3 / 9) + abs(3 / 4 - 6 / 9)) / 3  # the river is nominal
    assert results["emd_uniform,none"] == pytest.approx(tea)
    assert not [name for name in results if "human" in name]


def test_questions_are_asked_in_english_whatever_the_culture(imported: Any) -> None:
    model = ScriptedModel(lambda _: 0.0)
    evaluate(lm=model, task_dict=task_manager().load(["opinions_zh"]), bootstrap_iters=0)
    asked = model.seen[0].args[0]
    assert "How important is ____ to you? a. made-up tea\nA. Very important\nB. Somewhat important" in asked
    assert "DK/Refused" not in asked


def _answer(*shares: tuple[str, list[float]]) -> scores.OpinionAnswer:
    countries = tuple(country for country, _ in shares)
    return scores.OpinionAnswer(
        "q", np.array([0.5, 0.5]), countries, np.array([share for _, share in shares])
    )


def test_metrics_of_one_answer_worked_by_hand() -> None:
    answer = _answer(("CHN", [1.0, 0.0]), ("DEU", [0.0, 1.0]), ("JPN", [0.5, 0.5]), ("USA", [0.6, 0.4]))
    # The mean of both is (3/4, 1/4): the divergence is H(3/4, 1/4) - H(1/2, 1/2) / 2 = 0.8113 - 0.5 bits.
    assert scores.similarity(answer, "zh") == pytest.approx(1 - math.sqrt(0.8112781 - 0.5))
    assert scores.percentile(answer, "zh") == pytest.approx(0.5 / 3)  # as far as DEU, the others are nearer
    assert scores.percentile(answer, "us") == pytest.approx(2 / 3)  # only JPN is nearer


def test_countries_at_the_same_distance_are_tied_whatever_rounding_makes_of_it() -> None:
    """A country and its mirror image, 500 of them, are as far from equal probabilities as each other."""
    for shares in np.random.default_rng(0).dirichlet([1] * 4, size=500):
        answer = scores.OpinionAnswer("q", np.full(4, 0.25), ("USA", "CHN"), np.array([shares, shares[::-1]]))
        assert scores.percentile(answer, "us") == scores.percentile(answer, "zh") == 0.5


def test_countries_that_did_not_answer_or_stand_alone_are_left_out() -> None:
    alone = _answer(("USA", [0.5, 0.5]))
    assert scores.similarity(alone, "zh") is scores.percentile(alone, "zh") is None
    assert scores.similarity(alone, "us") == 1
    assert scores.percentile(alone, "us") is None


def test_plain_lm_eval_finds_the_tasks_where_the_wheel_puts_them(imported: Any) -> None:
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(INSTALLED), include_defaults=False)
    assert sorted(manager.all_tasks) == ["opinions", "opinions_us", "opinions_zh"]
    assert set(manager.load(["opinions", "opinions_us", "opinions_zh"])["tasks"]) == set(manager.all_tasks)


def test_installed_task_files_are_those_of_the_package() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in TASKS.iterdir()}
    assert {path.name: path.read_text(encoding="utf-8") for path in INSTALLED.iterdir()} == files
    assert set(files) == {"_opinions", "opinions.yaml", "opinions_us.yaml", "opinions_zh.yaml"}
