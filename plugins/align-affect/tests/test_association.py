"""The metrics that `swow_XX` reports once the plugin is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval import evaluate

from align_affect.ratings import describe, ratings_of
from align_tasks.data.store import table_path
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.scores.association import WrittenAssociations
from align_tasks.scores.scorer import Scorer
from align_tasks.tasks.association import dataset
from align_tasks.testing import ScriptedModel

from .made_up import write_ratings

RATED = {
    "cup": (6.0, 3.0, None),
    "leaf": (4.0, 2.0, None),
    "milk": (8.0, None, None),
    "hot": (1.0, None, None),
}


def _scores(*words: str) -> dict[str, float]:
    people = ("cup", "hot", "green", "milk")
    return Scorer("association").scores(WrittenAssociations("tea", "en", words, people, (0.8, 0.6, 0.2), 0.5))


def _results(write: Callable[[Any], str]) -> dict[str, float]:
    """Of `swow_us` on the demo norms."""
    loaded = task_manager({"norms": "demo"}).load(["swow_us"])
    found = evaluate(lm=ScriptedModel(write=write), task_dict=loaded, bootstrap_iters=0)
    scores: dict[str, float] = found["results"]["swow_us"]
    return scores


def test_ratings_are_compared_where_they_were_imported(data_home: Path) -> None:
    """Valence of the model: cup 6, leaf 4; of people: cup 6, hot 1, milk 8, whose median is 6."""
    assert not {"valence", "valence_people", "valence_gap"} & set(_scores("cup", "leaf"))
    write_ratings(RATED)
    ratings_of.cache_clear()
    scores = _scores("cup", "leaf")
    assert scores["valence"] == pytest.approx(5)
    assert scores["valence_people"] == pytest.approx(5)
    assert scores["valence_gap"] == pytest.approx(0)
    assert scores["valence_gap_paper"] == pytest.approx(5 - 6)
    assert scores["arousal_gap"] == pytest.approx(2.5 - 3)
    assert not [name for name in scores if name.startswith("concreteness")]
    assert scores["p_at_5"] == pytest.approx(1 / 5)


@pytest.mark.parametrize("words", [(), ("green",), ("qwx", "green")])
def test_a_list_without_a_rated_word_has_no_gap_but_counts_as_not_rated_and_people_stay(
    words: tuple[str, ...], data_home: Path
) -> None:
    write_ratings(RATED)
    found = {name: score for name, score in _scores(*words).items() if "valence" in name or "arousal" in name}
    assert found == {"valence_people": 5, "valence_rated": 0, "arousal_people": 3, "arousal_rated": 0}


def test_each_dimension_says_for_itself_whether_a_word_was_rated(data_home: Path) -> None:
    """Of milk the valence is known and the arousal is not."""
    write_ratings(RATED)
    scores = _scores("milk")
    assert (scores["valence_rated"], scores["arousal_rated"]) == (1, 0)
    assert (scores["valence_gap"], "arousal_gap" in scores) == (8 - 5, False)


def test_a_word_after_the_tenth_does_not_make_a_list_rated(data_home: Path) -> None:
    write_ratings(RATED)
    unrated = [f"qwx{letter}" for letter in "abcdefghij"]
    assert _scores(*unrated[:9], "cup")["valence_rated"] == 1
    assert _scores(*unrated, "cup")["valence_rated"] == 0


def test_cues_where_people_said_nothing_rated_are_left_out_for_every_model(data_home: Path) -> None:
    write_ratings({"leaf": (4.0, 2.0, None)})
    assert not [name for words in ((), ("leaf",)) for name in _scores(*words) if "valence" in name]


def test_ratings_in_another_language_do_not_count(data_home: Path) -> None:
    write_ratings(RATED, "zh")
    assert "valence" not in _scores("cup")


def test_results_name_the_ratings_that_they_rest_on(data_home: Path) -> None:
    assert describe({"language": "en"}) == {"ratings": []}
    one, other = write_ratings(RATED), write_ratings(RATED, source="a-second")
    write_ratings(RATED, "zh")
    assert describe({"language": "en"}) == {
        "ratings": [f"en.a-second {other[:12]}", f"en.made-up {one[:12]}"]
    }


def test_scores_rest_on_the_ratings_that_were_named_last(data_home: Path) -> None:
    write_ratings(RATED)
    assert _scores("cup")["valence"] == 6
    write_ratings({**RATED, "cup": (7.0, None, None)})
    describe({"language": "en"})
    assert _scores("cup")["valence"] == 7


@pytest.mark.parametrize("source", ["made-up", "a-second"])
def test_damaged_ratings_are_told_before_a_model_works(source: str, data_home: Path) -> None:
    for name in ("made-up", "a-second"):
        write_ratings(RATED, source=name)
    file = table_path("ratings", f"en.{source}")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AlignError, match=rf"en\.{source}\.parquet is not as it was imported"):
        _results(lambda request: pytest.fail("the model was asked"))


def test_peoples_figures_are_the_same_whatever_a_model_writes(data_home: Path) -> None:
    """People's words are rated 1 to 9 in turn. One model writes a rated word to every other cue only."""
    rows = dataset("us", norms="demo").splits["test"]
    words = sorted({word for row in rows for word in row["responses"][:10]})
    write_ratings({word: (1.0 + place % 9, 5.0, None) for place, word in enumerate(words)})
    cues = {row["cue"] for row in list(rows)[::2]}

    def sometimes(request: Any) -> str:
        return words[0] if request.doc["cue"] in cues else "qwxzz, blarg"

    seldom, always = _results(sometimes), _results(lambda request: words[0])
    for name in ("valence_people", "arousal_people", "valence_people_stderr", "invalid"):
        assert seldom[f"{name},none"] == always[f"{name},none"], name
    assert (seldom["valence_rated,none"], always["valence_rated,none"]) == (len(cues) / len(rows), 1)
    assert seldom["valence,none"] == always["valence,none"] == 1


def test_results_of_a_model_without_any_rated_word_say_so(data_home: Path) -> None:
    rows = dataset("us", norms="demo").splits["test"]
    write_ratings({word: (3.0, 3.0, None) for row in rows for word in row["responses"]})
    scores = _results(lambda request: "qwxzz, blarg")
    assert scores["invalid,none"] == scores["valence_rated,none"] == scores["arousal_rated,none"] == 0
    assert scores["valence_people,none"] == 3
    assert "valence_gap,none" not in scores


def test_swow_reports_the_gap_and_names_the_ratings(data_home: Path) -> None:
    """All that people said is rated 3, 3 and 3; the model writes one word, rated 8, 5 and 4."""
    rows = dataset("us", norms="demo").splits["test"]
    sha256 = write_ratings(
        {word: (3.0, 3.0, 3.0) for row in rows for word in row["responses"]} | {"zenith": (8.0, 5.0, 4.0)}
    )
    model = ScriptedModel(write=lambda request: "zenith, unrated words")
    loaded = task_manager({"norms": "demo"}).load(["swow_us"])
    found: dict[str, Any] = evaluate(lm=model, task_dict=loaded, bootstrap_iters=0)
    scores = found["results"]["swow_us"]
    expected = {
        "valence": (8, 3, 5),
        "arousal": (5, 3, 2),
        "concreteness": (4, 3, 1),
    }
    for name, numbers in expected.items():
        assert (scores[f"{name},none"], scores[f"{name}_people,none"], scores[f"{name}_gap,none"]) == numbers
        assert scores[f"{name}_gap_paper,none"] == numbers[2]
        assert scores[f"{name}_rated,none"] == 1
    assert found["configs"]["swow_us"]["metadata"]["ratings"] == [f"en.made-up {sha256[:12]}"]
