"""From an answer to its numbers, and what happens when a metric fails."""

from __future__ import annotations

import logging
import math
from typing import Any

import numpy as np
import pytest

from align_tasks.errors import AlignError
from align_tasks.scores.metric import Metric
from align_tasks.scores.scorer import Scorer


def _length(answer: str) -> int:
    return len(answer)


def _fails(answer: str) -> float:
    raise ValueError(f"no score for {answer}\nand more")


def test_a_kind_without_metrics_is_told() -> None:
    with pytest.raises(AlignError, match="there are no metrics of kind 'smell'"):
        Scorer("smell")


def test_every_metric_of_the_kind_gives_its_number(plugins: Any) -> None:
    plugins.register(
        metrics=[
            Metric("words", "length", _length, better="higher"),
            Metric("words", "builtin", "builtins:len", better="lower"),
            Metric("words", "vowels", lambda answer: np.float32(sum(letter in "aeiou" for letter in answer))),
            Metric("other", "never", _fails),
        ]
    )
    scorer = Scorer("words")
    assert scorer.scores("house") == {"length": 5, "builtin": 5, "vowels": 3}
    assert scorer.metric_list() == [
        {"metric": "length", "aggregation": "mean", "higher_is_better": True},
        {"metric": "builtin", "aggregation": "mean", "higher_is_better": False},
        {"metric": "vowels", "aggregation": "mean", "higher_is_better": None},
    ]


def test_metrics_of_a_plugin_stand_behind_those_of_the_package(plugins: Any) -> None:
    before = [entry["metric"] for entry in Scorer("ranking").metric_list()]
    plugins.register(metrics=[Metric("ranking", "first", len)])
    assert [entry["metric"] for entry in Scorer("ranking").metric_list()] == [*before, "first"]


def test_none_leaves_a_metric_out_for_this_answer(plugins: Any) -> None:
    plugins.register(metrics=[Metric("words", "if_long", lambda answer: len(answer) if answer[3:] else None)])
    scorer = Scorer("words")
    assert scorer.scores("house") == {"if_long": 5}
    assert scorer.scores("tea") == {}


def test_a_metric_of_cultures_gives_a_number_for_each_that_the_task_compares(plugins: Any) -> None:
    def shared(answer: str, culture: str) -> int:
        return len(set(answer) & set(culture))

    plugins.register(
        metrics=[Metric("words", "{culture}_shared", shared), Metric("words", "length", _length)]
    )
    assert Scorer("words", ["us", "zh"]).scores("sushi") == {"us_shared": 2, "zh_shared": 1, "length": 5}
    assert [entry["metric"] for entry in Scorer("words", ["zh", "us"]).metric_list()] == [
        "zh_shared",
        "us_shared",
        "length",
    ]
    assert Scorer("words").scores("sushi") == {"length": 5}


def test_a_metric_that_fails_is_nan_and_told_once_and_the_others_survive(
    plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plugins.register("mine", metrics=[Metric("words", "broken", _fails), Metric("words", "length", _length)])
    scorer = Scorer("words")
    first, second = scorer.scores("house"), scorer.scores("tea")
    assert math.isnan(first.pop("broken"))
    assert math.isnan(second.pop("broken"))
    assert (first, second) == ({"length": 5}, {"length": 3})
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == (
        "the metric 'broken' of plugin 'mine' (align-mine 1.0) failed and is NaN: "
        "ValueError: no score for house"
    )
    assert record.exc_info is not None


def test_of_a_metric_of_cultures_only_the_number_that_fails_is_nan(
    plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plugins.register(metrics=[Metric("words", "at_{culture}", lambda answer, culture: answer.index(culture))])
    scores = Scorer("words", ["u", "z"]).scores("house")
    assert scores["at_u"] == 2
    assert math.isnan(scores["at_z"])
    assert "the metric 'at_z'" in caplog.text


@pytest.mark.parametrize("number", ["many", [1, 2], {}, 1j])
def test_what_is_no_number_is_a_failure(number: Any, plugins: Any, caplog: pytest.LogCaptureFixture) -> None:
    plugins.register(metrics=[Metric("words", "odd", lambda answer: number)])
    assert math.isnan(Scorer("words").scores("house")["odd"])
    assert "the metric 'odd'" in caplog.text


def test_an_interruption_is_no_failure_of_a_metric(plugins: Any) -> None:
    def interrupted(answer: str) -> float:
        raise KeyboardInterrupt

    plugins.register(metrics=[Metric("words", "slow", interrupted)])
    with pytest.raises(KeyboardInterrupt):
        Scorer("words").scores("house")


def test_results_say_what_the_metrics_rest_on(plugins: Any) -> None:
    asked: list[str] = []

    def ratings(row: dict[str, Any]) -> dict[str, Any]:
        asked.append(row["language"])
        return {"ratings": f"of {row['language']}"}

    plugins.register(
        metrics=[
            Metric("words", "valence", _length, describe=ratings),
            Metric("words", "arousal_{culture}", _length, describe=ratings),
            Metric("words", "seen", _length, describe=lambda row: {"seen in": "books"}),
            Metric("words", "length", _length),
        ]
    )
    described = Scorer("words", ["us", "zh"]).describe({"language": "en"})
    assert described == {"ratings": "of en", "seen in": "books"}
    assert asked == ["en"]


def test_metrics_that_rest_on_nothing_say_nothing() -> None:
    assert Scorer("survey").describe({"language": "en"}) == {}


def test_a_plugins_metric_that_cannot_be_imported_is_left_out_and_told(
    plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    plugins.register(metrics=[Metric("words", "gone", "nowhere:f"), Metric("words", "length", _length)])
    assert [entry["metric"] for entry in Scorer("words").metric_list()] == ["length"]
    assert Scorer("words").scores("house") == {"length": 5}
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "plugin 'mine' (align-mine 1.0): its metric 'gone' fails: the function"
    )
