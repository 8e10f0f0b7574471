"""The metrics that `swow_XX` reports once the plugin is installed."""

from __future__ import annotations

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
def test_a_list_without_a_rated_word_is_left_out_with_people_too(
    words: tuple[str, ...], data_home: Path
) -> None:
    write_ratings(RATED)
    assert not [name for name in _scores(*words) if "valence" in name or "arousal" in name]


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


def test_damaged_ratings_are_told_before_a_model_works(data_home: Path) -> None:
    write_ratings(RATED)
    file = table_path("ratings", "en.made-up")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(AlignError, match="not as it was imported"):
        task_manager({"norms": "demo"}).load(["swow_us"])


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
    assert found["configs"]["swow_us"]["metadata"]["ratings"] == [f"en.made-up {sha256[:12]}"]
