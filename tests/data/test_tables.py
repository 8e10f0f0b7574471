from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from align_tasks.data import store, tables
from align_tasks.errors import AlignError


def _associations(*rows: tuple[str, str, int]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["cue", "response", "count"], orient="row")
    n = pl.col("count").sum().over("cue")
    return frame.with_columns(culture=pl.lit("us"), position=pl.lit("R1"), n=n, strength=pl.col("count") / n)


def _item(item: str, culture: str, share: float, *, weighted: bool = False) -> dict[str, Any]:
    return {
        "item": item,
        "wave": "7",
        "culture": culture,
        "language": "en",
        "question": item,
        "options": ["a", "b"],
        "scale": "ordinal",
        "distribution": [share, 1 - share],
        "n": 100,
        "weighted": weighted,
    }


def _ratings(language: str, word: str, **ratings: float) -> pl.DataFrame:
    row = {
        "language": language,
        "word": word,
        "valence": None,
        "arousal": None,
        "concreteness": None,
        **ratings,
    }
    return pl.DataFrame([row], schema=tables.RATINGS)


def test_associations_come_back_by_cue_and_frequency(data_home: Path) -> None:
    frame = _associations(("red", "blood", 1), ("red", "color", 5), ("blue", "sky", 2), ("red", "apple", 1))
    tables.write_table("associations", "us", frame, {})
    found = tables.read_associations("us")
    assert dict(found.schema) == tables.ASSOCIATIONS
    assert found.select("cue", "response").rows() == [
        ("blue", "sky"),
        ("red", "color"),
        ("red", "apple"),
        ("red", "blood"),
    ]


def test_shuffled_rows_give_the_same_bytes(data_home: Path) -> None:
    frame = _associations(*((f"c{i % 50}", f"r{i}", 1 + i % 3) for i in range(2000)))
    hashes = {
        tables.write_table("associations", "us", frame.sample(fraction=1, shuffle=True, seed=seed), {})
        for seed in range(3)
    }
    assert len(hashes) == 1
    assert tables.fingerprint("associations", "us") == hashes.pop()[:12]


def test_an_empty_table_is_refused(data_home: Path) -> None:
    with pytest.raises(AlignError, match="nothing is left"):
        tables.write_table("associations", "us", _associations(("a", "b", 1)).clear(), {})


def test_missing_associations_say_where_to_get_them(data_home: Path) -> None:
    with pytest.raises(AlignError, match="no word associations of culture 'zh'") as error:
        tables.read_associations("zh")
    assert "https://smallworldofwords.org/project/research" in str(error.value.hint)
    assert "align data import swow FILE --culture zh" in str(error.value.hint)


def test_items_of_one_country_or_all(data_home: Path) -> None:
    for country, share in (("USA", 0.25), ("JPN", 0.5)):
        rows = [_item("Q1", country, share), _item("Q1", country, share / 2, weighted=True)]
        tables.write_table("items", f"wvs7.{country}", pl.DataFrame(rows, schema=tables.ITEMS), {})
    tables.write_table("items", "goqa.all", pl.DataFrame([_item("x", "USA", 0.1)], schema=tables.ITEMS), {})
    assert tables.read_items("wvs7")["culture"].to_list() == ["JPN", "USA"]
    assert tables.read_items("wvs7", "USA")["distribution"].to_list() == [[0.25, 0.75]]
    assert tables.read_items("wvs7", "USA", weighted=True)["distribution"].to_list() == [[0.125, 0.875]]
    assert tables.read_items("goqa", "USA")["item"].to_list() == ["x"]
    with pytest.raises(AlignError, match="no answers of DEU in survey 'wvs7'") as error:
        tables.read_items("wvs7", "DEU", hint="Import them.")
    assert error.value.hint == "Import them."
    with pytest.raises(AlignError, match="no weighted answers of survey 'goqa'"):
        tables.read_items("goqa", weighted=True)


def _store_items(name: str, *rows: dict[str, Any], source: str = "") -> None:
    tables.write_table("items", name, pl.DataFrame(rows, schema=tables.ITEMS), {"source": source})


def test_of_a_country_in_two_tables_its_own_counts(data_home: Path) -> None:
    _store_items(
        "tea1.all", _item("Q1", "USA", 1), _item("Q2", "USA", 1), _item("Q1", "KEN", 1), source="all"
    )
    _store_items("tea1.USA", _item("Q1", "USA", 0), source="own")
    _store_items("tea1.ZAF", _item("Q1", "ZAF", 0))
    columns = ("item", "culture", "distribution")
    assert tables.read_items("tea1", "USA").select(columns).rows() == [("Q1", "USA", [0, 1])]
    assert tables.read_items("tea1", "KEN").select(columns).rows() == [("Q1", "KEN", [1, 0])]
    assert tables.read_items("tea1").select("culture", "distribution").rows() == [
        ("KEN", [1, 0]),
        ("USA", [0, 1]),
        ("ZAF", [0, 1]),
    ]
    assert tables.items_provenance("tea1", "USA")["source"] == "own"
    assert tables.items_provenance("tea1", "KEN")["source"] == "all"
    with pytest.raises(AlignError, match="no answers of DEU in survey 'tea1'"):
        tables.items_provenance("tea1", "DEU")


def test_tables_whose_name_is_no_survey_and_part_are_nobodys(data_home: Path) -> None:
    _store_items("tea1", _item("Q1", "USA", 1))
    _store_items("tea12.USA", _item("Q1", "USA", 1))
    with pytest.raises(AlignError, match="no answers of USA in survey 'tea1'"):
        tables.read_items("tea1", "USA")
    with pytest.raises(AlignError, match="no answers of survey 'tea1'"):
        tables.read_items("tea1")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"item": None}, "no item: item None, culture 'USA', weighted False"),
        ({"scale": "interval"}, "a scale that is not ordinal or nominal: .* scale 'interval'"),
        ({"distribution": [0.5, 0.25, 0.25]}, "not as many shares as options: item 'Q2', culture 'USA'"),
        ({"distribution": [1.0]}, "not as many shares as options"),
        ({"distribution": [1.0, None]}, "not as many shares as options"),
        ({"options": ["a", None]}, "not as many shares as options"),
        ({"options": ["a", None], "distribution": [1.0, None]}, "not as many shares as options"),
        ({"distribution": [1.5, -0.5]}, r"a share below 0: .* distribution \[1.5, -0.5\]"),
        ({"distribution": [0.5, 0.4]}, r"shares that do not sum to 1: item 'Q2'.* distribution \[0.5, 0.4\]"),
        ({"distribution": [float("nan"), 1]}, "shares that do not sum to 1"),
        ({"distribution": [], "options": []}, "shares that do not sum to 1"),
        ({"item": "Q1"}, "two rows for item 'Q1', culture 'USA', weighted False"),
    ],
)
def test_items_that_contradict_themselves_are_not_stored(
    changed: dict[str, Any], told: str, data_home: Path
) -> None:
    rows = [_item("Q1", "USA", 0.5), _item("Q2", "USA", 0.5)]
    _store_items("tea1.USA", *rows, _item("Q1", "USA", 0.5, weighted=True), _item("Q1", "KEN", 0.5))
    with pytest.raises(AlignError, match=f"these rows are no table of items: {told}"):
        _store_items("tea1.KEN", rows[0], rows[1] | changed)
    assert store.names("items") == ["tea1.USA"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"valence": 42}, "a rating outside 1 to 9: language 'en', word 'dog', valence 42.0"),
        ({"valence": float("nan")}, "a rating outside 1 to 9: .* valence nan"),
        ({"arousal": 0.99}, "a rating outside 1 to 9: .* arousal 0.99"),
        ({"concreteness": 5.01}, "a rating outside 1 to 5: .* concreteness 5.01"),
        ({"word": "cat"}, "two rows for language 'en', word 'cat'"),
        ({"word": None}, "no word: language 'en', word None"),
    ],
)
def test_ratings_that_cannot_be_are_not_stored(changed: dict[str, Any], told: str, data_home: Path) -> None:
    cat = {"language": "en", "word": "cat", "valence": 9, "arousal": 1, "concreteness": 5}
    tables.write_table("ratings", "en.mine", pl.DataFrame([cat], schema=tables.RATINGS), {})
    wrong = pl.DataFrame([cat, cat | {"word": "dog"} | changed], schema=tables.RATINGS)
    with pytest.raises(AlignError, match=f"these rows are no table of ratings: {told}"):
        tables.write_table("ratings", "en.other", wrong, {})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"response": "color"}, "two rows for cue 'red', response 'color'"),
        ({"count": 0}, "a count below 1: cue 'red', response 'blood', count 0"),
        ({"strength": 0.0}, "a strength outside 0 to 1: .* strength 0.0"),
        ({"strength": 1.5}, "a strength outside 0 to 1: .* strength 1.5"),
        ({"n": None}, "no n: cue 'red', response 'blood'"),
    ],
)
def test_associations_that_cannot_be_are_not_stored(
    changed: dict[str, Any], told: str, data_home: Path
) -> None:
    frame = _associations(("red", "color", 3), ("red", "blood", 2))
    rows = [frame.row(0, named=True), frame.row(1, named=True) | changed]
    with pytest.raises(AlignError, match=f"these rows are no table of associations: {told}"):
        tables.write_table("associations", "us", pl.DataFrame(rows, schema=frame.schema), {})


def test_columns_that_are_missing_or_of_another_type_are_told(data_home: Path) -> None:
    frame = _ratings("en", "red", valence=6)
    with pytest.raises(AlignError, match="no table of ratings: no columns valence, concreteness"):
        tables.write_table("ratings", "en.mine", frame.drop("valence", "concreteness"), {})
    with pytest.raises(AlignError, match="no table of ratings: InvalidOperationError: conversion from `str`"):
        tables.write_table("ratings", "en.mine", frame.with_columns(valence=pl.lit("high")), {})


def test_ratings_of_one_language_are_joined(data_home: Path) -> None:
    tables.write_table("ratings", "en.brysbaert", _ratings("en", "red", concreteness=4.2), {})
    tables.write_table("ratings", "en.warriner", _ratings("en", "red", valence=6, arousal=5), {})
    tables.write_table("ratings", "zh.cvaw", _ratings("zh", "红", valence=6, arousal=5), {})
    assert tables.read_ratings("en").rows() == [("en", "red", 6, 5, 4.2)]
    with pytest.raises(AlignError, match="no word ratings in language 'nl'") as error:
        tables.read_ratings("nl")
    assert "align data import norms FILE --language nl" in str(error.value.hint)


def test_the_first_source_by_name_counts(data_home: Path) -> None:
    tables.write_table("ratings", "en.b", _ratings("en", "red", valence=2), {})
    tables.write_table("ratings", "en.a", _ratings("en", "red", valence=1), {})
    assert tables.read_ratings("en")["valence"].to_list() == [1]


def test_list_tables_tells_of_damage(data_home: Path) -> None:
    assert tables.list_tables() == []
    tables.write_table("associations", "us", _associations(("a", "b", 1)), {"licence": "mine"})
    tables.write_table("associations", "zh", _associations(("a", "c", 1)), {})
    (data_home / "associations" / "zh.parquet").write_bytes(b"PAR1")
    us, zh = tables.list_tables()
    assert (us["kind"], us["name"], us["rows"], us["licence"]) == ("associations", "us", 1, "mine")
    assert us["sha256"].startswith(us["fingerprint"])
    assert zh["name"] == "zh"
    assert "not as it was imported" in zh["problem"]


def test_list_tables_tells_of_a_table_that_cannot_be_read(data_home: Path) -> None:
    tables.write_table("associations", "us", _associations(("a", "b", 1)), {})
    (data_home / "associations" / "zh.parquet").mkdir()
    us, zh = tables.list_tables()
    assert us["name"] == "us"
    assert "cannot read the table" in zh["problem"]
