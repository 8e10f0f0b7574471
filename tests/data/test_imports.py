from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from align_tasks.data import store, tables
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.readers import swow
from align_tasks.readers.reader import ImportRequest, Reader
from align_tasks.readers.report import Report
from align_tasks.readers.source import Source
from align_tasks.splits import split_of

SCHEMAS = {"associations": tables.ASSOCIATIONS, "items": tables.ITEMS, "ratings": tables.RATINGS}
ROWS = ["red\tcolor\t3\t5\t0.6", "red\tblood\t2\t5\t0.4", "blue\tsky\t2\t2\t1", "null\tzero\t1\t1\t1"]


@pytest.fixture
def strength_file(tmp_path: Path) -> Path:
    path = tmp_path / "strength.SWOW-EN.R1.csv"
    path.write_text("\n".join(["cue\tresponse\tR1\tN\tR1.Strength", *ROWS, ""]))
    return path


def _import_us(path: Path) -> list[dict[str, Any]]:
    return import_file(path, "swow", culture="us", language="en")


def test_provenance_tells_the_whole_account(data_home: Path, strength_file: Path) -> None:
    (stored,) = _import_us(strength_file)
    about = tables.provenance("associations", "us")
    assert about["source"]["name"] == "strength.SWOW-EN.R1.csv"
    assert about["source"]["bytes"] == strength_file.stat().st_size
    assert about["reader"] == {"name": "swow-strength", "version": 1}
    assert (about["in"], about["kept"], about["merged"], about["dropped"]) == (4, 4, 0, {})
    assert about["package"].startswith("align-tasks ")
    assert "not to be passed on" in about["licence"]
    assert (about["language"], about["rows"]) == ("en", 4)
    assert stored["fingerprint"] == about["sha256"][:12]


def test_a_failing_import_leaves_the_earlier_table(data_home: Path, strength_file: Path) -> None:
    _import_us(strength_file)
    before = tables.fingerprint("associations", "us")
    strength_file.write_text(strength_file.read_text() + "red\trose\t-1\t5\t0\n")
    with pytest.raises(AlignError, match="line 6: the count '-1' of 'red' -> 'rose' is negative"):
        _import_us(strength_file)
    assert tables.fingerprint("associations", "us") == before
    assert tables.provenance("associations", "us")["in"] == 4


def test_survey_answers_are_stored_by_country(data_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "wvs.csv"
    path.write_text("B_COUNTRY_ALPHA,W_WEIGHT,Q1\nUSA,1,1\nJPN,1,2\n")
    assert [entry["name"] for entry in import_file(path, "wvs")] == ["wvs7.JPN", "wvs7.USA"]
    assert tables.read_items("wvs7", "JPN")["distribution"].to_list() == [[0, 1, 0, 0]]
    path.write_text("B_COUNTRY_ALPHA,W_WEIGHT,Q1\nUSA,1,-1\n")
    with pytest.raises(AlignError, match=r"no valid answer is left; dropped: .*Don't know"):
        import_file(path, "wvs")


def test_shuffled_survey_rows_give_the_same_bytes(data_home: Path, tmp_path: Path) -> None:
    rows = [f"USA,{0.1 + i / 977:.7f},{1 + i % 4}" for i in range(3000)]
    hashes = set()
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        path = tmp_path / f"{seed}.csv"
        path.write_text("\n".join(["B_COUNTRY_ALPHA,W_WEIGHT,Q1", *rows]))
        hashes.add(import_file(path, "wvs")[0]["fingerprint"])
    assert len(hashes) == 1


def test_ratings_are_stored(data_home: Path, tmp_path: Path) -> None:
    norms = tmp_path / "norms.csv"
    norms.write_text("Word,Conc.M\nred,4\n")
    assert import_file(norms, "norms", language="en")[0]["name"] == "en.brysbaert"
    assert tables.provenance("ratings", "en.brysbaert")["facts"]["ranges"] == {"concreteness": [1, 5]}


def _associations(culture: str = "uk") -> dict[str, Any]:
    return {
        "culture": culture,
        "cue": "tea",
        "response": "milk",
        "position": "R1",
        "count": 2,
        "n": 2,
        "strength": 1,
    }


def _item(country: str, item: str = "Q1") -> dict[str, Any]:
    return {
        "item": item,
        "wave": "1",
        "culture": country,
        "language": "en",
        "question": "Tea?",
        "options": ["Yes", "No"],
        "scale": "ordinal",
        "distribution": [0.5, 0.5],
        "weighted": False,
    }


ROWS_OF: dict[str, list[dict[str, Any]]] = {
    "associations": [_associations()],
    "items": [_item("JPN"), _item("FRA")],
    "ratings": [{"language": "en", "word": "tea", "valence": 7.5}],
}


def _report(path: Path) -> Report:
    return Report(Source(path.name, "0" * 64, 3), "mine", "rows", counted=2, kept=2)


@pytest.fixture
def tea_file(tmp_path: Path) -> Path:
    path = tmp_path / "tea.xyz"
    path.write_text("tea")
    return path


Use = Callable[..., None]


@pytest.fixture
def use_reader(plugins: Any) -> Use:
    """Put a plugin's reader of tea files into use."""

    def use(kind: Any, table: str, read: Callable[[ImportRequest], Any]) -> None:
        plugins.register(
            readers=[
                Reader(
                    "mine",
                    source="tea",
                    kind=kind,
                    describes="tea files",
                    recognises=lambda path: True,
                    read=read,
                    licence="nobody's",
                    table=table,
                )
            ]
        )

    return use


@pytest.mark.parametrize(
    ("kind", "table", "names"),
    [
        ("associations", "{culture}", ["uk"]),
        ("ratings", "{language}.mine", ["en.mine"]),
        ("items", "tea1.{culture}", ["tea1.FRA", "tea1.JPN"]),
        ("items", "tea1.all", ["tea1.all"]),
    ],
)
def test_a_plugins_reader_gets_the_request_and_names_its_tables(
    kind: str, table: str, names: list[str], data_home: Path, tea_file: Path, use_reader: Use
) -> None:
    frame = pl.DataFrame(ROWS_OF[kind], schema=SCHEMAS[kind])
    asked = []

    def read(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
        asked.append(request)
        return frame, _report(request.path)

    use_reader(kind, table, read)
    options: dict[str, Any] = {"culture": "uk", "language": "en", "countries": ["JPN"], "position": "R1"}
    assert [entry["name"] for entry in import_file(tea_file, "tea", **options)] == names
    assert asked == [ImportRequest(path=tea_file, **options)]
    assert store.names(kind) == names
    assert tables.provenance(kind, names[0])["licence"] == "nobody's"
    assert sum(store.read(kind, name).height for name in names) == frame.height


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (KeyError("tea"), "its reader 'mine' fails: KeyError: 'tea'"),
        ([1, 2, 3], "its reader 'mine' fails: ValueError: too many values to unpack"),
        (
            [{"word": "tea"}, None],
            "fails: it returns dict and NoneType, not a DataFrame of polars and a Report",
        ),
        ([pl.DataFrame({"x": [1]}), "ok"], "fails: it returns DataFrame and str, not"),
        (
            [pl.DataFrame({"word": ["tea"]})],
            "fails: these rows are no table of ratings: no columns language, ",
        ),
        (
            [pl.DataFrame({"language": "en", "word": "cat", "valence": 42, "arousal": 1, "concreteness": 1})],
            "fails: these rows are no table of ratings: a rating outside 1 to 9: .* valence 42",
        ),
    ],
)
def test_a_reader_that_does_not_do_its_work_is_named_with_its_plugin(
    made: Any, told: str, data_home: Path, tea_file: Path, use_reader: Use
) -> None:
    def read(request: ImportRequest) -> Any:
        if isinstance(made, Exception):
            raise made
        return (*made, _report(request.path)) if len(made) == 1 else made

    use_reader("ratings", "{language}.mine", read)
    with pytest.raises(AlignError, match=told) as error:
        import_file(tea_file, "tea", language="en")
    assert error.value.problem.startswith("plugin 'mine' (align-mine 1.0): ")
    assert error.value.hint == "Update it, or take it out: pip uninstall align-mine"
    assert store.names("ratings") == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (_item("ZAF") | {"scale": "good"}, "its reader 'mine' fails: .* scale 'good'"),
        (_item("South Africa"), "'tea1.South Africa' cannot name a table"),
    ],
)
def test_nothing_is_stored_when_the_rows_of_a_later_table_are_wrong(
    wrong: dict[str, Any], told: str, data_home: Path, tea_file: Path, use_reader: Use
) -> None:
    frame = pl.DataFrame([_item("JPN"), wrong], schema=tables.ITEMS)
    use_reader("items", "tea1.{culture}", lambda request: (frame, _report(request.path)))
    with pytest.raises(AlignError, match=told):
        import_file(tea_file, "tea")
    assert store.names("items") == []


def test_what_a_reader_says_of_a_file_is_told_as_it_is(
    data_home: Path, tea_file: Path, use_reader: Use
) -> None:
    def read(request: ImportRequest) -> Any:
        raise AlignError("tea.xyz is cold", hint="Make it anew.")

    use_reader("items", "tea1.all", read)
    with pytest.raises(AlignError) as error:
        import_file(tea_file, "tea")
    assert (error.value.problem, error.value.hint) == ("tea.xyz is cold", "Make it anew.")


def test_an_import_killed_while_reading_leaves_the_earlier_table(
    data_home: Path, strength_file: Path
) -> None:
    _import_us(strength_file)
    before = tables.fingerprint("associations", "us")
    script = (
        "import os, sys, pathlib; from align_tasks.data import store; "
        "from align_tasks.data.imports import import_file; store.replace_file = lambda *_: os._exit(9); "
        "import_file(pathlib.Path(sys.argv[1]), 'swow', culture='us', language='en', position='R1')"
    )
    strength_file.write_text(strength_file.read_text() + "red\trose\t1\t5\t0\n")
    done = subprocess.run([sys.executable, "-c", script, str(strength_file)], env=os.environ, check=False)
    assert done.returncode == 9
    assert tables.fingerprint("associations", "us") == before
    assert tables.provenance("associations", "us")["in"] == 4


def test_an_import_interrupted_in_the_reader_leaves_the_earlier_table(
    data_home: Path, strength_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import_us(strength_file)
    before = {p.name for p in (data_home / "associations").iterdir()}

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(swow, "_associations", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _import_us(strength_file)
    assert {p.name for p in (data_home / "associations").iterdir()} == before
    assert store.read("associations", "us").height == 4


def _shuffled(source: Path, target: Path) -> Path:
    raw = source.read_bytes()
    header, *lines = (gzip.decompress(raw) if source.suffix == ".gz" else raw).decode().splitlines()
    random.Random(5).shuffle(lines)
    target.write_text("\n".join([header, *lines, ""]))
    return target


@pytest.mark.parametrize(
    ("name", "culture", "language"),
    [("strength.SWOW-EN.R1.csv.gz", "us", "en"), ("strength.SWOWZH.R123.subset.csv", "zh", "zh")],
)
def test_real_files_imported_twice_or_shuffled_give_the_same_bytes_and_splits(
    data_home: Path, shared_data: Path, tmp_path: Path, name: str, culture: str, language: str
) -> None:
    source = shared_data / "swow" / name
    contents, splits = set(), []
    for path in (source, source, _shuffled(source, tmp_path / "shuffled.csv")):
        import_file(path, "swow", culture=culture, language=language)
        contents.add((data_home / "associations" / f"{culture}.parquet").read_bytes())
        cues = tables.read_associations(culture)["cue"].unique(maintain_order=True)
        splits.append([(cue, split_of(cue)) for cue in cues])
    assert len(contents) == 1
    assert splits[0] == splits[1] == splits[2]


def test_real_ratings_join(data_home: Path, shared_data: Path) -> None:
    for name in ("warriner2013.en.csv.gz", "concreteness.brysbaert2014.en.csv.gz"):
        import_file(shared_data / "norms" / name, "norms", language="en")
    ratings = tables.read_ratings("en")
    assert ratings["word"].n_unique() == ratings.height == 40_473
    assert ratings.filter(pl.col("word") == "aardvark").rows() == [("en", "aardvark", 6.26, 2.41, 4.68)]
