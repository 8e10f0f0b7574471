"""`affect_XX`: which words are asked, how, and what a model scores."""

from __future__ import annotations

import math
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import lm_eval
import pytest
from lm_eval.tasks import TaskManager

from align_affect import TASKS, task
from align_affect.task import dataset
from align_affect.texts import read_texts
from align_tasks.cultures import Culture
from align_tasks.data.store import table_path
from align_tasks.data.tables import RATING_RANGES
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.plugins import CultureTask
from align_tasks.plugins.loading import registry
from align_tasks.splits import split_of
from align_tasks.task_folder import write_plugin_files
from align_tasks.testing import ScriptedModel, answers_like

from .made_up import write_ratings

WORDS = [f"word{number}" for number in range(200)]
TEST_WORDS = {word for word in WORDS if split_of(word) == "test"}
RATED = {word: (7.25, 3.5, 1.75 if number % 2 else None) for number, word in enumerate(WORDS)}


def _rows(culture: str = "us") -> list[dict[str, Any]]:
    return list(dataset(culture).splits["test"])


def _offer() -> CultureTask:
    offers = [offer for offer in registry().tasks if isinstance(offer, CultureTask)]
    return next(offer for offer in offers if offer.name == "affect_{culture}")


def _shares(row: dict[str, Any]) -> list[float]:
    """A distribution whose mean is people's rating, on the two points of the scale around it."""
    below = math.floor(row["rating"])
    share = row["rating"] - below
    points = [0.0] * len(row["options"])
    points[below - 1] = 1 - share
    if share:
        points[below] = share
    return points


def _evaluated(model: ScriptedModel, name: str = "affect_us") -> Any:
    return lm_eval.evaluate(lm=model, task_dict=task_manager().load([name]), bootstrap_iters=0)


def test_each_test_word_is_asked_once_on_each_dimension_that_it_is_rated_on(data_home: Path) -> None:
    write_ratings(RATED)
    asked = Counter((row["word"], row["dimension"]) for row in _rows())
    concrete = {word for word in TEST_WORDS if RATED[word][2] is not None}
    expected = {(word, dimension) for word in TEST_WORDS for dimension in ("valence", "arousal")}
    assert set(asked) == expected | {(word, "concreteness") for word in concrete}
    assert set(asked.values()) == {1}


def test_the_sample_is_the_same_whatever_order_the_ratings_are_in(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "WORDS", 3)
    write_ratings(RATED)
    first = _rows()
    write_ratings(dict(reversed(RATED.items())))
    assert _rows() == first
    write_ratings({word: RATED[word] for word in sorted(TEST_WORDS)})
    assert _rows() == first
    assert Counter(row["dimension"] for row in first) == {"valence": 3, "arousal": 3, "concreteness": 3}


def test_words_stand_in_the_order_of_a_hash_and_not_of_the_alphabet(data_home: Path) -> None:
    write_ratings(RATED)
    words = [row["word"] for row in _rows() if row["dimension"] == "arousal"]
    text = "align-tasks order 1\0rating\0arousal\0{}"
    assert words == sorted(TEST_WORDS, key=lambda word: sha256(text.format(word).encode()).digest())
    assert words != sorted(words)


def test_dimensions_take_turns_so_that_a_limit_holds_all_of_them(data_home: Path) -> None:
    write_ratings(RATED)
    assert [row["dimension"] for row in _rows()[:6]] == ["valence", "arousal", "concreteness"] * 2


def test_a_word_is_asked_on_its_scale_in_both_orders(data_home: Path) -> None:
    write_ratings(RATED)
    rows = _rows()
    for row, (dimension, points) in zip(
        rows, {"valence": 9, "arousal": 9, "concreteness": 5}.items(), strict=False
    ):
        assert row["instruction"] == read_texts("en").instruction
        given, backwards = (question.splitlines() for question in row["questions"])
        assert f'"{row["word"]}"' in given[0] == backwards[0]
        assert row["choices"] == list("ABCDEFGHI"[:points])
        assert given[1].startswith("A. 1 (")
        assert backwards[1].startswith(f"A. {points} (")
        assert [line[3:] for line in given[1:]] == [line[3:] for line in backwards[:0:-1]] == row["options"]
        assert tuple(row["range"]) == RATING_RANGES[dimension] == (1, points)


def test_a_model_that_rates_like_people_makes_no_error(data_home: Path) -> None:
    table = write_ratings(RATED)
    results = _evaluated(ScriptedModel(score=answers_like(_shares)))
    scores = results["results"]["affect_us"]
    assert scores["error,none"] == pytest.approx(0)
    assert scores["bias,none"] == pytest.approx(0)
    uniform = {"valence": 2.25 / 8, "arousal": 1.5 / 8, "concreteness": 1.25 / 4}
    for dimension, expected in uniform.items():
        assert scores[f"{dimension}_error,none"] == pytest.approx(0)
        assert scores[f"{dimension}_error_uniform,none"] == pytest.approx(expected)
    assert results["configs"]["affect_us"]["metadata"]["ratings"] == [f"en.made-up {table[:12]}"]


def test_a_model_without_an_opinion_makes_the_error_of_equal_probabilities(data_home: Path) -> None:
    write_ratings(RATED)
    scores = _evaluated(ScriptedModel(score=lambda request: -3.0))["results"]["affect_us"]
    assert scores["error,none"] == pytest.approx(scores["error_uniform,none"])
    assert scores["valence_bias,none"] == pytest.approx((5 - 7.25) / 8)
    assert scores["arousal_bias,none"] == pytest.approx((5 - 3.5) / 8)


def test_dimensions_that_the_norms_lack_are_not_reported(data_home: Path) -> None:
    """As in Chinese, whose norms hold no concreteness."""
    write_ratings({word: (5.0, 5.0, None) for word in WORDS}, "zh")
    results = _evaluated(ScriptedModel(score=answers_like(_shares)), "affect_zh")["results"]["affect_zh"]
    assert results["error,none"] == pytest.approx(0)
    assert "arousal_error,none" in results
    assert not [name for name in results if name.startswith("concreteness")]


def test_results_change_their_fingerprint_with_the_ratings(data_home: Path) -> None:
    prints = []
    for valence in (7.25, 7.5):
        write_ratings({word: (valence, 3.5, None) for word in WORDS})
        prints.append(dataset("us").describe())
    assert prints[0]["data_fingerprint"] != prints[1]["data_fingerprint"]
    assert prints[0]["prompt_fingerprint"] == prints[1]["prompt_fingerprint"]


def test_damaged_ratings_are_told_before_a_model_works(data_home: Path) -> None:
    write_ratings(RATED)
    file = table_path("ratings", "en.made-up")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AlignError, match=r"en\.made-up\.parquet is not as it was imported"):
        _evaluated(ScriptedModel(score=lambda request: pytest.fail("the model was asked")))


@pytest.mark.parametrize(("culture", "language"), [("us", "en"), ("zh", "zh")])
def test_without_ratings_it_says_how_to_import_them(culture: str, language: str, data_home: Path) -> None:
    with pytest.raises(AlignError, match=rf"align data import norms FILE --language {language}"):
        dataset(culture)


def test_a_culture_has_the_task_where_the_scales_are_worded_in_its_language() -> None:
    assert _offer().applies(Culture("ca", "en", "CAN"))
    assert not _offer().applies(Culture("de", "de", "DEU"))


def test_the_task_files_are_up_to_date(tmp_path: Path) -> None:
    for name in write_plugin_files("affect", tmp_path):
        assert (TASKS / name).read_text() == (tmp_path / name).read_text(), "align tasks write affect …"


@pytest.mark.parametrize(("culture", "language"), [("us", "en"), ("zh", "zh")])
def test_plain_lm_eval_loads_the_installed_files(culture: str, language: str, data_home: Path) -> None:
    write_ratings({word: (5.0, 5.0, None) for word in WORDS}, language)
    installed = Path(lm_eval.__path__[0]) / "tasks" / "align_affect"
    manager = TaskManager(include_path=str(installed), include_defaults=False)
    assert set(manager.all_tasks) == {"affect_us", "affect_zh"}
    loaded = manager.load([f"affect_{culture}"])["tasks"][f"affect_{culture}"]
    assert len(loaded.test_docs()) == 2 * len(TEST_WORDS)
