"""The people behind associations: stored beside them, and never beside those of another import."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from align_tasks.data import store, tables
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest, Reader
from align_tasks.readers.report import Report
from align_tasks.readers.source import Source

HEADER = '"","id","participantID","cue","R1","R2","R3"'
LINES = [
    '"1",11,7,"tea","cup","milk",NA',
    '"2",12,8,"tea","Milk",NA,NA',
    '"3",13,8,"sun","hot","sun","Hot"',
    '"4",14,9,"sun","#Missing",NA,NA',
]
MORE = '"5",15,9,"tea","leaf",NA,NA'
PEOPLE = [("sun", "8", ["hot", "hot"]), ("tea", "7", ["cup", "milk"]), ("tea", "8", ["milk"])]
STRENGTHS = "cue\tresponse\tR123\tN\tR123.Strength\ntea\tleaf\t2\t2\t1\n"


@pytest.fixture
def responses(tmp_path: Path) -> Path:
    return _write(tmp_path / "SWOW-EN.R100.csv", *LINES)


@pytest.fixture
def strengths(tmp_path: Path) -> Path:
    path = tmp_path / "strength.SWOW-EN.R123.csv"
    path.write_text(STRENGTHS)
    return path


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEADER, *lines, ""]))
    return path


def _import(path: Path, **options: Any) -> list[dict[str, Any]]:
    return import_file(path, "swow", culture="us", language="en", **options)


def _people(culture: str = "us") -> list[tuple[Any, ...]]:
    name = tables.participants_table(culture)
    assert name is not None
    return store.read("participants", name).select("cue", "participant", "responses").rows()


def _counts(culture: str = "us") -> dict[tuple[str, str], int]:
    rows = tables.read_associations(culture).select("cue", "response", "count").iter_rows()
    return {(cue, response): count for cue, response, count in rows}


def _agree() -> None:
    words = Counter((cue, word) for cue, _, words in _people() for word in words)
    assert words == _counts()


def _files(home: Path) -> list[str]:
    return sorted(path.relative_to(home).as_posix() for path in home.glob("*/*"))


def test_a_file_of_responses_becomes_both_tables(data_home: Path, responses: Path) -> None:
    associations, participants = _import(responses)
    assert _counts() == {("sun", "hot"): 2, ("tea", "milk"): 2, ("tea", "cup"): 1}
    assert _people() == PEOPLE
    name = f"us.{associations['fingerprint']}"
    assert (participants["kind"], participants["name"], participants["rows"]) == ("participants", name, 3)
    stored = store.read("participants", name)
    assert dict(stored.schema) == tables.PARTICIPANTS
    assert set(stored["position"]) == {"R123"}
    about, beside = tables.provenance("associations", "us"), tables.provenance("participants", name)
    assert {**about, "table": "", "rows": 0, "sha256": ""} == {**beside, "table": "", "rows": 0, "sha256": ""}
    assert beside["source"]["name"] == "SWOW-EN.R100.csv"
    assert (about["in"], about["kept"], about["merged"]) == (12, 3, 2)
    assert about["dropped"] == {"#Missing": 1, "no answer": 5, "same as the cue": 1}
    assert (about["facts"]["lists in"], about["facts"]["lists without a word"]) == (4, 1)


def test_the_tables_are_listed_side_by_side(data_home: Path, responses: Path, strengths: Path) -> None:
    _import(responses)
    import_file(strengths, "swow", culture="uk", language="en")
    found = [(entry["kind"], entry["name"]) for entry in tables.list_tables()]
    fingerprint = tables.fingerprint("associations", "us")
    assert found == [("associations", "uk"), ("associations", "us"), ("participants", f"us.{fingerprint}")]


def test_the_same_lines_in_another_order_give_the_same_bytes(data_home: Path, tmp_path: Path) -> None:
    lines = [f'"{n}",{n},{n % 90},"cue {n % 40}","a{n % 7}","b{n % 5}","c{n % 3}"' for n in range(2000)]
    nameless = [line.replace(f",{n % 90},", ",NA,", 1) for n, line in enumerate(lines)]
    for some in (lines, nameless):
        found = set()
        for seed in range(3):
            random.Random(seed).shuffle(some)
            _, participants = _import(_write(tmp_path / "a.csv", *some))
            found.add((participants["name"], participants["fingerprint"]))
        assert len(found) == 1
        _agree()


def test_a_strength_file_takes_the_people_of_the_earlier_import_away(
    data_home: Path, responses: Path, strengths: Path
) -> None:
    _import(responses)
    assert [entry["kind"] for entry in _import(strengths)] == ["associations"]
    assert tables.participants_table("us") is None
    assert list((data_home / "participants").iterdir()) == []


def test_so_does_a_strength_file_of_the_very_same_counts(data_home: Path, responses: Path) -> None:
    _import(responses)
    before = tables.fingerprint("associations", "us")
    rows = ["sun\thot\t2\t2\t1", "tea\tcup\t1\t3\t0", "tea\tmilk\t2\t3\t0"]
    responses.write_text("\n".join(["cue\tresponse\tR123\tN\tR123.Strength", *rows, ""]))
    _import(responses)
    assert tables.fingerprint("associations", "us") == before
    assert tables.participants_table("us") is None


def test_the_people_of_other_cultures_stay(data_home: Path, responses: Path, strengths: Path) -> None:
    _import(responses)
    for culture in ("us.0123456789ab", "us2", "uk"):
        import_file(responses, "swow", culture=culture, language="en")
    long_ago = time.time() - 7200
    for path in (data_home / "participants").iterdir():
        os.utime(path, (long_ago, long_ago))
    _import(strengths)
    assert tables.participants_table("us") is None
    assert _people("us.0123456789ab") == _people("us2") == _people("uk") == PEOPLE


def test_first_responses_only_have_lists_of_their_own(data_home: Path, responses: Path) -> None:
    _import(responses)
    _import(responses, position="R1")
    assert _people() == [("sun", "8", ["hot"]), ("tea", "7", ["cup"]), ("tea", "8", ["milk"])]
    _agree()
    _import(responses)
    assert _people() == PEOPLE
    assert len(list((data_home / "participants").iterdir())) == 2


STEPS = ["people, record", "people", "associations, record", "associations"]


def _step(target: Any) -> str:
    kind = "people" if Path(target).parent.name == "participants" else "associations"
    return f"{kind}, record" if str(target).endswith(".json") else kind


@pytest.mark.parametrize("stop_at", STEPS)
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), RuntimeError("stopped"), OSError(28, "No space left")]
)
def test_an_interrupted_import_leaves_the_people_that_belong_to_the_counts(
    stop_at: str,
    in_place: bool,
    error: BaseException,
    data_home: Path,
    responses: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _import(responses)
    before = _files(data_home)
    real = os.replace

    def stop(source: Path, target: Path) -> None:
        if in_place or _step(target) != stop_at:
            real(source, target)
        if _step(target) == stop_at:
            raise error

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(AlignError if isinstance(error, OSError) else type(error)) as told:
        _import(_write(responses, *LINES, MORE))
    if isinstance(error, OSError):
        assert "No space left; the table associations/us is as it was" in str(told.value)
    monkeypatch.setattr(os, "replace", real)
    is_new = in_place and stop_at == "associations"
    assert _people() == ([*PEOPLE, ("tea", "9", ["leaf"])] if is_new else PEOPLE)
    _agree()
    if not is_new:  # or what is left of the earlier import goes after an hour
        assert _files(data_home) == before
    _import(responses)
    assert len(_people()) == 4
    assert len(list((data_home / "participants").iterdir())) == (4 if is_new else 2)


def test_an_interrupted_import_of_the_same_counts_leaves_its_people(
    data_home: Path, responses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import(responses)
    real = os.replace

    def stop(source: Path, target: Path) -> None:
        if _step(target) == "associations":
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        _import(_write(responses, *LINES[::-1]))
    assert _people() == PEOPLE


@pytest.mark.parametrize("stop_at", STEPS)
def test_an_import_killed_at_any_step_leaves_what_agrees(
    stop_at: str, data_home: Path, responses: Path
) -> None:
    _import(responses)
    script = f"""
import os, pathlib, sys
from align_tasks.data import store
from align_tasks.data.imports import import_file
real = os.replace
def replace(source, target):
    real(source, target)
    kind = "people" if pathlib.Path(target).parent.name == "participants" else "associations"
    step = kind + ", record" if str(target).endswith(".json") else kind
    if step == {stop_at!r}:
        os._exit(9)
os.replace = replace
import_file(pathlib.Path(sys.argv[1]), "swow", culture="us", language="en")
"""
    _write(responses, *LINES, MORE)
    done = subprocess.run([sys.executable, "-c", script, str(responses)], check=False)
    assert done.returncode == 9
    assert len(_people()) == (4 if stop_at == "associations" else 3)
    _agree()
    listed = [entry["name"] for entry in tables.list_tables() if entry["kind"] == "participants"]
    assert listed == [tables.participants_table("us")]


def test_what_killed_imports_left_goes_after_an_hour(data_home: Path, responses: Path) -> None:
    _import(responses)
    folder = data_home / "participants"
    kept = sorted(path.name for path in folder.iterdir())
    old = ["us.0123456789ab.parquet", f"us.0123456789ab.{'0' * 16}.json", ".us.0123456789ab.parquet.5.tmp"]
    new = ["us.ba9876543210.parquet"]
    for name in (*old, *new):
        (folder / name).write_text("left")
    for name in (*old, *kept):
        os.utime(folder / name, (time.time() - 7200,) * 2)
    _import(responses)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*kept, *new])


def test_people_without_their_counts_are_nobodys(data_home: Path, responses: Path) -> None:
    _import(responses)
    (data_home / "associations" / "us.parquet").unlink()
    assert tables.list_tables() == []
    with pytest.raises(AlignError, match="cannot read the table"):
        tables.participants_table("us")


def _list(**changed: Any) -> dict[str, Any]:
    row = {
        "culture": "uk",
        "cue": "tea",
        "participant": "7",
        "position": "R123",
        "responses": ["cup", "milk"],
    }
    return row | changed


Use = Callable[[list[dict[str, Any]]], Path]


@pytest.fixture
def reader_of(plugins: Any, tmp_path: Path) -> Use:
    """Put a plugin's reader of associations into use that makes these rows, and name a file for it."""

    def use(rows: list[dict[str, Any]]) -> Path:
        def read(request: ImportRequest) -> tuple[pl.DataFrame, Report]:
            report = Report(Source("tea.xyz", "0" * 64, 3), "mine", "lists", counted=2, kept=2)
            schema = tables.PARTICIPANTS if "participant" in rows[0] else None
            return pl.DataFrame(rows, schema=schema), report

        reader = Reader(
            "mine",
            source="tea",
            kind="associations",
            describes="tea files",
            recognises=bool,
            read=read,
            licence="nobody's",
            table="{culture}",
        )
        plugins.register(readers=[reader])
        path = tmp_path / "tea.xyz"
        path.write_text("tea")
        return path

    return use


def test_of_a_plugins_lists_the_counts_are_made(data_home: Path, reader_of: Use) -> None:
    path = reader_of([_list(), _list(participant="8", responses=["cup"])])
    associations, participants = import_file(path, "tea", culture="uk", language="en")
    assert tables.read_associations("uk").rows() == [
        ("uk", "tea", "cup", "R123", 2, 3, 2 / 3),
        ("uk", "tea", "milk", "R123", 1, 3, 1 / 3),
    ]
    assert participants["name"] == f"uk.{associations['fingerprint']}"


def test_associations_with_a_column_to_spare_are_no_lists(data_home: Path, reader_of: Use) -> None:
    rows = {
        "culture": "uk",
        "cue": "tea",
        "response": "cup",
        "position": "R1",
        "count": 2,
        "n": 2,
        "strength": 1,
    }
    path = reader_of([rows | {"responses": 2}])
    (stored,) = import_file(path, "tea", culture="uk", language="en")
    assert (stored["kind"], stored["rows"]) == ("associations", 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"responses": []}, r"no words, or one that is missing: cue 'tea', participant '8', responses \[\]"),
        ({"responses": ["cup", None]}, "no words, or one that is missing: cue 'tea', participant '8'"),
        ({"responses": None}, "no responses: cue 'tea', participant '8'"),
        ({"participant": None}, "no participant: cue 'tea', participant None"),
        ({"position": None}, "no position: cue 'tea', participant '8'"),
    ],
)
def test_lists_that_cannot_be_are_not_stored(
    changed: dict[str, Any], told: str, data_home: Path, reader_of: Use
) -> None:
    path = reader_of([_list(), _list(participant="8") | changed])
    with pytest.raises(AlignError, match=f"mine.*these rows are no table of participants: {told}"):
        import_file(path, "tea", culture="uk", language="en")
    assert not data_home.exists()


def test_counts_of_two_positions_in_one_table_are_refused(data_home: Path, reader_of: Use) -> None:
    path = reader_of([_list(), _list(participant="8", position="R1", responses=["cup"])])
    with pytest.raises(AlignError, match="no table of associations: two rows for cue 'tea', response 'cup'"):
        import_file(path, "tea", culture="uk", language="en")
