from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from align_opinions import reader
from align_opinions.reader import recognises
from align_tasks.data import tables
from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest
from align_tasks.readers.report import Report

Make = Callable[..., Any]
AGREE = ("Is it, say, good?\nReally?", ["Yes", "No"])


def read(path: Path, countries: Sequence[str] = ()) -> tuple[pl.DataFrame, Report]:
    return reader.read(ImportRequest(path=path, countries=countries))


def test_rows_by_country(write: Make, row: Make) -> None:
    frame, report = read(write(row(*AGREE, {"Britain": [0.25, 0.75], "Germany": [0.4, 0.58]})))
    rows = {found["culture"]: found for found in frame.to_dicts()}
    assert set(rows) == {"GBR", "DEU"}
    assert rows["GBR"]["distribution"] == [0.25, 0.75]
    assert rows["DEU"]["distribution"] == pytest.approx([0.4 / 0.98, 0.58 / 0.98])
    assert rows["GBR"]["question"] == AGREE[0]
    assert (rows["GBR"]["options"], rows["GBR"]["wave"], rows["GBR"]["n"]) == (AGREE[1], "GAS", None)
    assert (report.counted, report.kept, report.merged, report.dropped) == (2, 2, 0, {})


def test_options_that_are_no_answer_are_set_aside_and_the_other_shares_sum_to_one(
    write: Make, row: Make
) -> None:
    options = ["Don't know", "Agree", "Disagree", "No answer/refused"]
    frame, report = read(
        write(row("Q?", options, {"Japan": [0.1, 0.2, 0.3, 0.4], "China": [0, 0.5, 0.5, 0]}))
    )
    rows = {found["culture"]: found for found in frame.to_dicts()}
    assert rows["JPN"]["options"] == ["Agree", "Disagree"]
    assert rows["JPN"]["distribution"] == pytest.approx([0.4, 0.6])
    assert rows["CHN"]["distribution"] == [0.5, 0.5]
    assert report.facts["options set aside as no answer (rows)"] == {"Don't know": 1, "No answer/refused": 1}
    assert report.facts["mean share of those options"] == "25.0%"


def test_the_same_question_with_and_without_such_options_is_one(write: Make, row: Make) -> None:
    rows = [
        row("Q?", ["a", "b", "DK/Refused"], {"Japan": [0.1, 0.4, 0.5]}),
        row("Q?", ["a", "b"], {"Japan": [0.4, 0.6], "China": [1, 0]}),
    ]
    frame, report = read(write(*rows))
    assert frame["item"].n_unique() == 1
    assert frame.filter(frame["culture"] == "JPN")["distribution"].to_list() == [pytest.approx([0.3, 0.7])]
    assert (report.counted, report.kept, report.merged) == (3, 2, 1)


def test_the_report_says_how_many_questions_are_on_which_scale(write: Make, row: Make) -> None:
    shares = {"Japan": [0.5, 0.3, 0.2]}
    rows = [
        row("Q1?", ["Better", "The same", "Worse"], shares),
        row("Q2?", ["Better", "Worse", "The same"], shares),
        row("Q3?", ["Apples", "Pears", "DK"], shares),
        row("Q4?", ["Apples", "Pears", "Plums"], shares),
        row("Q4?", ["Apples", "Pears", "Plums"], shares),
    ]
    frame, report = read(write(*rows))
    assert dict(frame.select("question", "scale").iter_rows()) == {
        "Q1?": "ordinal",
        "Q2?": "nominal",
        "Q3?": "ordinal",
        "Q4?": "nominal",
    }
    assert report.facts["scales inferred from the options"] == {"ordinal": 2, "nominal": 2}


def test_numbers_are_labels_as_people_write_them(write: Make, row: Make) -> None:
    frame, _ = read(write(row("Q?", [1.0, 2.0, "3", 4], {"Japan": [0.25] * 4})))
    assert frame["options"].to_list() == [["1", "2", "3", "4"]]
    assert frame["scale"].to_list() == ["ordinal"]


def test_samples_that_are_no_country_keep_their_name(write: Make, row: Make) -> None:
    shares = {"India (Old national sample)": [1.0, 0.0], "S. Korea": [0.5, 0.5]}
    frame, report = read(write(row("Q?", ["a", "b"], shares)))
    assert sorted(frame["culture"]) == ["India (Old national sample)", "KOR"]
    assert report.facts["samples that are no whole country"] == ["India (Old national sample)"]


def test_countries_that_are_not_asked_for_are_counted(write: Make, row: Make) -> None:
    path = write(row("Q?", ["a", "b"], {"Japan": [0.5, 0.5], "China": [0.1, 0.9], "Peru": [0.2, 0.8]}))
    frame, report = read(path, countries=["jpn", "PER"])
    assert sorted(frame["culture"]) == ["JPN", "PER"]
    assert report.dropped == {"country not asked for": 1}
    with pytest.raises(AlignError, match=r"has no answers of USA\n  Countries in it: CHN, JPN, PER"):
        read(path, countries=["USA"])


def test_malformed_rows_are_dropped_with_their_reason(write: Make, row: Make) -> None:
    half = {"Japan": [0.5, 0.5]}
    path = write(
        row(*AGREE, {"Britain": [0.25, 0.75]}),
        ("Q1", "{'Japan': [0.5, 0.5]", "['a', 'b']", "WVS"),
        ("Q2", "{'Japan': [0.5, 0.5]}", "a or b", "WVS"),
        row("Q3", ["a"], {"Japan": [1.0]}),
        row("Q4", ["a", "DK/Refused"], half),
        row("", ["a", "b"], half),
        row("Q5", ["a", "b"], {}),
        row("Q6", ["a", "b", "Refused"], {"Japan": [0, 0, 1]}),
        row(
            "Q7",
            ["a", "b"],
            {
                "Japan": [0.5],
                "China": [-0.5, 1.5],
                "Peru": ["x", 1],
                "Mali": [0, 0],
                "Chad": 1,
                "Cuba": [0.3, 0.7],
            },
        ),
    )
    frame, report = read(path)
    assert sorted(frame["culture"]) == ["CUB", "GBR"]
    assert report.dropped == {
        "malformed selections": 1,
        "malformed options": 1,
        "fewer than two options": 2,
        "no question": 1,
        "no country": 1,
        "nobody gave an answer": 1,
        "not as many shares as options": 1,
        "negative share": 1,
        "shares that are not numbers": 2,
        "shares far from a sum of 1": 1,
    }
    assert report.counted == 14


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('pathlib').Path('ran').touch()",
        "defaultdict(<class 'list'>, __import__('pathlib').Path('ran').touch())",
        "defaultdict(<class 'list'>, {'Japan': [__import__('pathlib').Path('ran').touch(), 1]})",
    ],
)
def test_cells_are_never_run(
    write: Make, row: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _, report = read(write(row(*AGREE, {"Peru": [0.5, 0.5]}), ("Q", cell, "['a', 'b']", "WVS")))
    assert report.dropped == {"malformed selections": 1}
    assert not (tmp_path / "ran").exists()


def test_items_are_named_by_their_content(write: Make, row: Make) -> None:
    one, other = (row(question, ["a", "b"], {"Peru": [0.5, 0.5]}) for question in ("One?", "Other?"))
    first, _ = read(write(one, other))
    second, _ = read(write(other, one))
    assert set(first["item"]) == set(second["item"])
    assert first["item"].n_unique() == 2


def test_a_file_without_rows_or_columns_is_refused(write: Make) -> None:
    with pytest.raises(AlignError, match="no question is left"):
        read(write())
    with pytest.raises(AlignError, match="no columns selections, source"):
        read(write(columns=["question", "options"]))


def test_files_are_recognised_by_their_columns(write: Make) -> None:
    assert recognises(write(columns=["", "question", "selections", "options", "source"]))
    assert not recognises(write(columns=["cue", "response", "R1", "N"]))


def test_the_command_imports_the_file(write: Make, row: Make, data_home: Path) -> None:
    from align_tasks.commands.main import build
    from align_tasks.plugins.loading import loaded

    path = write(row(*AGREE, {"Britain": [0.25, 0.75], "Germany": [0.4, 0.6]}))
    done = CliRunner().invoke(build(loaded()), ["data", "import", "opinions", str(path), "--country", "DEU"])
    assert done.exit_code == 0, done.output
    assert "country not asked for" in done.stderr
    assert tables.read_items("goqa")["culture"].to_list() == ["DEU"]
    assert "CC BY-NC-SA 4.0" in tables.provenance("items", "goqa.all")["licence"]
