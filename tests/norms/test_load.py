from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from align_tasks.cultures import Culture, get_culture
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms, shuffle_key
from align_tasks.splits import split_of

US = get_culture("us")
ELSEWHERE = Culture("xx", "en", "ELS", norms="SWOW-ELSEWHERE")


@pytest.fixture
def imported(data_home: Path, tmp_path: Path) -> Path:
    lines = ["cue\tresponse\tR1\tN\tR1.Strength", "tea\tcup\t6\t20\t0.3"]
    lines += [f"tea\tword{letter}\t1\t20\t0.05" for letter in "abcdefghijklmn"]
    file = tmp_path / "strength.SWOW-EN.R1.csv"
    file.write_text("\n".join(lines) + "\n")
    import_file(file, "swow", culture="us", language="en")
    return file


def test_imported_norms_go_before_the_demo_set(imported: Path) -> None:
    norms = load_norms(US)
    assert norms.describe()["norms"] == imported.name
    assert len(norms.describe()["norms_sha256"]) == 64
    assert norms.describe()["licence"].startswith("CC BY-NC-ND 3.0")
    assert load_norms(US, "demo").describe() == {
        "norms": "demo",
        "norms_sha256": "",
        "position": "R123",
        "licence": "Apache-2.0 (align-tasks)",
    }


def test_demo_norms_of_a_plugin_have_the_licence_of_its_package(plugins: Any, tmp_path: Path) -> None:
    (tmp_path / "demo.tsv").write_text("tea\tcup, milk\n")
    culture = Culture("xx", "en", "ELS", norms="SWOW-ELSEWHERE", demo_norms=tmp_path / "demo.tsv")
    plugins.register(cultures=[culture])
    assert load_norms(culture, "demo").describe()["licence"] == "that of align-mine"


def test_the_demo_set_stands_in_with_a_warning(data_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert load_norms(US).name == "demo"
    assert "written by hand" in caplog.text
    assert "align data import swow FILE --culture us" in caplog.text


def test_where_no_demo_set_stands_in_the_import_is_told(data_home: Path) -> None:
    with pytest.raises(AlignError, match="no demo norms for 'xx'") as told:
        load_norms(ELSEWHERE)
    assert "align data import swow FILE --culture xx" in str(told.value)


def test_unknown_norms_are_told() -> None:
    with pytest.raises(AlignError, match=r"'best'[\s\S]*auto, imported, demo"):
        load_norms(US, "best")  # type: ignore[arg-type]


def test_equally_frequent_responses_are_not_cut_by_the_alphabet(imported: Path) -> None:
    (cue,) = load_norms(US).cues(split_of("tea"))
    assert cue.responses[0] == "cup"
    assert cue.counts == (6, *[1] * 14)
    assert list(cue.responses[1:]) != sorted(cue.responses[1:])


def test_the_first_cues_of_a_split_are_no_alphabetical_run(data_home: Path) -> None:
    cues = [cue.cue for cue in load_norms(US, "demo").cues("train")]
    assert cues != sorted(cues)
    assert len({cue[0] for cue in cues[:20]}) > 8


def _responses(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["participantID,cue,R1,R2,R3", *lines, ""]))
    return path


def test_the_lists_of_people_come_cue_by_cue_as_they_were_written(data_home: Path, tmp_path: Path) -> None:
    cues = [f"cue {number}" for number in range(60)]
    lines = [f"{person},{cue},b{person},a,b{person}" for person in "312" for cue in cues]
    import_file(_responses(tmp_path / "a.csv", *lines), "swow", culture="us", language="en")
    norms = load_norms(US)
    found = list(norms.lists("train") or ())
    trained = sorted((cue for cue in cues if split_of(cue) == "train"), key=shuffle_key)
    assert found == [(cue, (f"b{person}", "a", f"b{person}")) for cue in trained for person in "123"]
    assert [cue for cue, _ in found[::3]] == [cue.cue for cue in norms.cues("train")]


def test_the_words_of_the_lists_of_a_split_are_its_counts(data_home: Path, tmp_path: Path) -> None:
    lines = [f"{n % 9},cue {n % 50},a{n % 7},#Missing,b{n % 4}" for n in range(700)]
    import_file(_responses(tmp_path / "a.csv", *lines), "swow", culture="us", language="en")
    norms = load_norms(US)
    seen = 0
    for split in ("train", "validation", "test"):
        words = Counter((cue, word) for cue, words in norms.lists(split) or () for word in words)
        counts = {
            (n.cue, r): c for n in norms.cues(split) for r, c in zip(n.responses, n.counts, strict=True)
        }
        assert words == counts
        seen += sum(counts.values())
    assert seen == 1400


def test_norms_that_do_not_tell_who_answered_have_no_lists(imported: Path) -> None:
    assert load_norms(US).lists("train") is None
    assert load_norms(US, "demo").lists("train") is None


def test_the_lists_go_with_the_import_that_brought_them(
    data_home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    import_file(_responses(tmp_path / "a.csv", "1,tea,cup,milk,"), "swow", culture="us", language="en")
    earlier = load_norms(US)
    assert list(earlier.lists(split_of("tea")) or ()) == [("tea", ("cup", "milk"))]
    request.getfixturevalue("imported")
    assert load_norms(US).lists(split_of("tea")) is None
    with pytest.raises(AlignError, match=r"cannot read the table .*us\..*parquet"):
        earlier.lists(split_of("tea"))


def test_damaged_lists_are_told(data_home: Path, tmp_path: Path) -> None:
    import_file(_responses(tmp_path / "a.csv", "1,tea,cup,milk,"), "swow", culture="us", language="en")
    (table,) = (data_home / "participants").glob("*.parquet")
    table.write_bytes(b"PAR1")
    with pytest.raises(AlignError, match="not as it was imported: damaged or changed"):
        load_norms(US).lists("train")
