from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from align_tasks.data import store, tables
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.readers import swow
from align_tasks.readers.reader import Reader
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


@pytest.mark.parametrize(
    ("kind", "table", "names"),
    [
        ("associations", "{culture}.mine", ["uk.mine"]),
        ("ratings", "{language}.{culture}", ["en.uk"]),
        ("items", "tea1.{culture}", ["tea1.FRA", "tea1.JPN"]),
        ("items", "tea1.all", ["tea1.all"]),
    ],
)
def test_a_plugins_reader_gets_its_options_and_names_its_tables(
    kind: Any, table: str, names: list[str], data_home: Path, tmp_path: Path, plugins: Any
) -> None:
    frame = pl.DataFrame({column: [None, None] for column in SCHEMAS[kind]}, schema=SCHEMAS[kind])
    if kind == "items":
        frame = frame.with_columns(culture=pl.Series(["JPN", "FRA"]))
    given = {}

    def read(path: Path, **options: Any) -> tuple[pl.DataFrame, Report]:
        given.update(options)
        return frame, Report(Source(path.name, "0" * 64, 3), "mine", "rows", counted=2, kept=2)

    plugins.register(
        readers=[Reader("mine", "tea", kind, "tea files", lambda path: True, read, "nobody's", table)]
    )
    file = tmp_path / "tea.xyz"
    file.write_text("tea")
    options = {"culture": "uk", "language": "en", "countries": ["JPN"], "position": "R1"}
    assert [entry["name"] for entry in import_file(file, "tea", **options)] == names
    assert store.names(kind) == names
    assert tables.provenance(kind, names[0])["licence"] == "nobody's"
    taken = {"associations": ("culture", "language", "position"), "items": ("countries",)}
    assert given == {name: options[name] for name in taken.get(kind, ("language",))}


def test_an_import_killed_while_reading_leaves_the_earlier_table(
    data_home: Path, strength_file: Path
) -> None:
    _import_us(strength_file)
    before = tables.fingerprint("associations", "us")
    script = (
        "import os, sys, pathlib; from align_tasks.data import store; "
        "from align_tasks.data.imports import import_file; store._replace = lambda *_: os._exit(9); "
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
