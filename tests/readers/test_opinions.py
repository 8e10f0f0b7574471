from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.readers.opinions import read_opinions

Write = Callable[[str, "str | bytes"], Path]


def _file(*rows: tuple[str, str, str, str]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["", "question", "selections", "options", "source"])
    writer.writerows([str(i), *row] for i, row in enumerate(rows))
    return file.getvalue()


def _wrapped(selections: str) -> str:
    return f"defaultdict(<class 'list'>, {selections})"


GOOD = (
    "Is it, say, good?\nReally?",
    _wrapped("{'Britain': [0.25, 0.75], 'Germany': [0.4, 0.58]}"),
    "['Yes', 'No']",
    "GAS",
)


def test_rows_by_country(write: Write) -> None:
    frame, report = read_opinions(write("global_opinions.csv", _file(GOOD)))
    rows = {row["culture"]: row for row in frame.to_dicts()}
    assert set(rows) == {"GBR", "DEU"}
    assert rows["GBR"]["distribution"] == [0.25, 0.75]
    assert rows["DEU"]["distribution"] == pytest.approx([0.4 / 0.98, 0.58 / 0.98])
    assert rows["GBR"]["question"] == "Is it, say, good?\nReally?"
    assert (rows["GBR"]["options"], rows["GBR"]["wave"], rows["GBR"]["n"]) == (["Yes", "No"], "GAS", None)
    assert (report.counted, report.kept, report.merged, report.dropped) == (2, 2, 0, {})


def test_samples_that_are_no_country_keep_their_name(write: Write) -> None:
    row = ("Q?", "{'India (Old national sample)': [1.0, 0.0], 'S. Korea': [0.5, 0.5]}", "['a', 'b']", "GAS")
    frame, report = read_opinions(write("g.csv", _file(row)))
    assert sorted(frame["culture"]) == ["India (Old national sample)", "KOR"]
    assert report.facts["samples that are no whole country"] == ["India (Old national sample)"]


def test_malformed_rows_are_dropped_with_their_reason(write: Write) -> None:
    path = write(
        "g.csv",
        _file(
            GOOD,
            ("Q1", "{'Japan': [0.5, 0.5]", "['a', 'b']", "WVS"),
            ("Q2", "{'Japan': [0.5, 0.5]}", "a or b", "WVS"),
            ("Q3", "{'Japan': [1.0]}", "['a']", "WVS"),
            ("", "{'Japan': [0.5, 0.5]}", "['a', 'b']", "WVS"),
            ("Q4", "{}", "['a', 'b']", "WVS"),
            (
                "Q5",
                "{'Japan': [0.5], 'China': [-0.5, 1.5], 'Peru': ['x', 1], 'Mali': [0, 0], 'Chad': 1, "
                "'Cuba': [0.3, 0.7]}",
                "['a', 'b']",
                "WVS",
            ),
        ),
    )
    frame, report = read_opinions(path)
    assert sorted(frame["culture"]) == ["CUB", "DEU", "GBR"]
    assert report.dropped == {
        "malformed selections": 1,
        "malformed options": 1,
        "fewer than two options": 1,
        "no question": 1,
        "no country": 1,
        "as many shares as options expected": 1,
        "negative share": 1,
        "shares that are not numbers": 2,
        "shares far from a sum of 1": 1,
    }
    assert report.counted == 13


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('pathlib').Path('ran').touch()",
        "defaultdict(<class 'list'>, __import__('pathlib').Path('ran').touch())",
        "defaultdict(<class 'list'>, {'Japan': [__import__('pathlib').Path('ran').touch(), 1]})",
    ],
)
def test_cells_are_never_run(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _, report = read_opinions(write("g.csv", _file(GOOD, ("Q", cell, "['a', 'b']", "WVS"))))
    assert report.dropped == {"malformed selections": 1}
    assert not (tmp_path / "ran").exists()


def test_a_question_asked_twice_is_averaged(write: Write) -> None:
    rows = [("Q", f"{{'Japan': {shares}}}", "['a', 'b']", "GAS") for shares in ("[0.2, 0.8]", "[0.4, 0.6]")]
    frame, report = read_opinions(write("g.csv", _file(*rows)))
    assert frame["distribution"].to_list() == [pytest.approx([0.3, 0.7])]
    assert (report.kept, report.merged) == (1, 1)


def test_items_are_named_by_their_content(write: Write) -> None:
    other = ("Other?", GOOD[1], GOOD[2], "GAS")
    first, _ = read_opinions(write("g.csv", _file(GOOD, other)))
    second, _ = read_opinions(write("g.csv", _file(other, GOOD)))
    assert set(first["item"]) == set(second["item"])
    assert first["item"].n_unique() == 2


def test_nothing_left_missing_columns_and_unknown_reader(write: Write) -> None:
    with pytest.raises(AlignError, match="no question is left"):
        read_opinions(write("g.csv", _file()))
    with pytest.raises(AlignError, match="no columns selections, source"):
        read_opinions(write("g.csv", "question,options\na,b\n"))
    with pytest.raises(AlignError, match="no reader named 'x'"):
        read_opinions(write("g.csv", _file(GOOD)), reader="x")
