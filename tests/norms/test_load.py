from __future__ import annotations

import logging
from pathlib import Path

import pytest

from align_tasks.cultures import Culture, get_culture
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms
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
    assert load_norms(US, "demo").describe() == {"norms": "demo", "norms_sha256": ""}


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
