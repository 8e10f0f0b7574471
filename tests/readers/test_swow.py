from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_tasks.data import tables
from align_tasks.errors import AlignError
from align_tasks.normalise import marker, normalise
from align_tasks.readers.reader import ImportRequest, Position, reader_for
from align_tasks.readers.report import Report
from align_tasks.reference import resolve

Write = Callable[[str, "str | bytes"], Path]
HEADER = "cue\tresponse\tR1\tN\tR1.Strength\n"


def read_swow(
    path: Path, culture: str, language: str, *, position: Position | None = None, reader: str | None = None
) -> tuple[pl.DataFrame, Report]:
    """Table and account of a file, by the reader that knows it or the one that is named."""
    read = resolve(reader_for(path, "swow", reader).read)
    frame, report = read(ImportRequest(path=path, culture=culture, language=language, position=position))
    return frame, report


def _file(*rows: str) -> str:
    return HEADER + "".join(row.replace(" ", "\t").replace("_", " ") + "\n" for row in rows)


def _rows(frame: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Cue, response and count, of people's lists those that they make."""
    counts = tables.counted(frame) if "responses" in frame.columns else frame
    return sorted(counts.select("cue", "response", "count").iter_rows())


def _lists(frame: pl.DataFrame) -> list[tuple[str, str, list[str]]]:
    return sorted(frame.select("cue", "participant", "responses").iter_rows())


def test_every_row_is_kept_merged_or_dropped_for_a_named_reason(write: Write) -> None:
    path = write(
        "strength.csv",
        _file(
            "red color 3 20 0",
            "red Color 2 20 0",  # merged
            "red blood 1 20 0",
            "red #Missing 4 20 0",
            "red #Unknown 1 20 0",
            "red No_more_responses 1 20 0",
            "red Unknown_word 1 20 0",
            "red ?! 2 20 0",
            "red RED 1 20 0",
            "red zero 0 20 0",
            "Red rose 4 20 0",
            "#Missing x 1 1 0",
            "... x 1 1 0",
            "blue #Missing 5 5 0",
        ),
    )
    frame, report = read_swow(path, "us", "en")
    assert _rows(frame) == [("red", "blood", 1), ("red", "color", 5), ("red", "rose", 4)]
    assert frame["n"].unique().to_list() == [10]
    assert dict(frame.select("response", "strength").iter_rows()) == {"color": 0.5, "blood": 0.1, "rose": 0.4}
    assert set(frame["culture"]) == {"us"}
    assert set(frame["position"]) == {"R1"}
    assert (report.counted, report.kept, report.merged) == (14, 3, 1)
    assert report.dropped == {
        "#Missing": 2,
        "#Unknown": 1,
        "No more responses": 1,
        "Unknown word": 1,
        "only punctuation": 1,
        "same as the cue": 1,
        "zero count": 1,
        "cue is #Missing": 1,
        "cue is only punctuation": 1,
    }
    facts = report.as_dict()["facts"]
    assert (facts["cues in"], facts["cues kept"], facts["cues merged"], facts["cues dropped"]) == (5, 1, 1, 3)
    assert (facts["responses in"], facts["responses kept"]) == (27, 10)


@pytest.mark.parametrize("word", ["null", "NA", "true", "1e5", "nan", "None", "-1", "#N/A"])
def test_words_that_look_like_no_words_survive(write: Write, word: str) -> None:
    frame, report = read_swow(
        write("strength.csv", _file(f"{word} thing 2 2 1", f"thing {word} 1 1 1")), "us", "en"
    )
    kept = word.lower().strip("-#")
    assert _rows(frame) == sorted([(kept, "thing", 2), ("thing", kept, 1)])
    assert report.dropped == {}


def test_right_to_left_text_survives(write: Write) -> None:
    frame, _ = read_swow(
        write("strength.csv", _file("כלב \u200fחתול\u200e 3 3 1", "قطة كلب 1 1 1")), "he", "he"
    )
    assert _rows(frame) == [("כלב", "חתול", 3), ("قطة", "كلب", 1)]


def test_chinese_scripts_become_one(write: Write) -> None:
    frame, report = read_swow(write("strength.csv", _file("狗 貓 3 5 0", "狗 猫 2 5 0")), "zh", "zh")
    assert _rows(frame) == [("狗", "猫", 5)]
    assert report.merged == 1


def test_the_position_is_the_files_own(write: Write) -> None:
    content = _file("red color 3 3 1").replace("R1", "R123")
    frame, _ = read_swow(write("strength.csv", content), "us", "en")
    assert set(frame["position"]) == {"R123"}
    with pytest.raises(AlignError, match="holds R123 counts, not R1"):
        read_swow(write("strength.csv", content), "us", "en", position="R1")


def test_strength_files_with_commas(write: Write) -> None:
    content = '"cue","response","R1","N","R1.Strength"\n"red","a, b","2","3",0.67\n"red","NA","1","3",0.33\n'
    frame, _ = read_swow(write("strength.csv.gz", content), "rp", "es")
    assert _rows(frame) == [("red", "a, b", 2), ("red", "na", 1)]


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        ("-3", "negative"),
        ("9223372036854775807", "too large"),
        ("99999999999999999999", "too large"),
        ("x", "not a whole number"),
        ("2.5", "not a whole number"),
        ("", "not a whole number"),
    ],
)
def test_damaged_counts_are_refused_with_line_and_value(write: Write, count: str, problem: str) -> None:
    content = _file("red color 3 9 0") + f"red\tblood\t{count}\t9\t0\n"
    with pytest.raises(
        AlignError, match=rf"strength.csv, line 3: the count .* of 'red' -> 'blood' is {problem}"
    ):
        read_swow(write("strength.csv", content), "us", "en")


@pytest.mark.parametrize("rest", ["red", "red\tblood", "red\tblood\t2", "red\tblood\t2\t9"])
def test_a_file_cut_in_the_middle_of_a_line_is_refused(write: Write, rest: str) -> None:
    with pytest.raises(AlignError, match=r"strength.csv, line 3: \d fields? .* but the header has 5"):
        read_swow(write("strength.csv", _file("red color 3 9 0") + rest), "us", "en")


def test_lines_with_commas_under_a_header_with_tabs_are_refused(write: Write) -> None:
    with pytest.raises(AlignError, match="line 2: 1 field separated by tab"):
        read_swow(write("strength.csv", HEADER + "red,color,3,9,0.3\n"), "us", "en")


def test_files_with_their_tails_cut_are_refused(write: Write) -> None:
    content = "cue\tresponse\tR123\naccident\tcar\t50\n"
    with pytest.raises(AlignError, match=r"most frequent responses .* strengths cannot be computed"):
        read_swow(write("heads.tsv", content), "us", "en")
    with pytest.raises(AlignError, match="no column N"):
        read_swow(write("heads.tsv", content), "us", "en", reader="swow-strength")


def test_counts_that_do_not_reach_n_are_warned_of(write: Write) -> None:
    _, report = read_swow(write("strength.csv", _file("red color 3 9 0", "blue sky 2 2 1")), "us", "en")
    (warning,) = report.warnings
    assert warning.startswith("for 1 of 2 cues the counts add up to less than N")


def test_missing_columns_are_told(write: Write) -> None:
    path = write("a.csv", "cue,answer,count\na,b,1\n")
    with pytest.raises(AlignError, match="no reader knows the layout") as error:
        read_swow(path, "us", "en")
    assert "Found, separated by comma: cue, answer, count\n" in str(error.value.hint)
    assert "swow-strength: strength files: cue, response, R1 or R123, N;" in str(error.value.hint)
    with pytest.raises(AlignError, match="not a SWOW strength file: it has no columns response, R1") as error:
        read_swow(path, "us", "en", reader="swow-strength")
    assert "cue, answer, count" in str(error.value.hint)


def test_an_unknown_reader_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match="no reader named 'nothing'") as error:
        read_swow(write("a.csv", _file("a b 1 1 1")), "us", "en", reader="nothing")
    assert "swow-strength, swow-responses" in str(error.value.hint)


def test_nothing_left_is_an_error(write: Write) -> None:
    for rows in ([], ["red #Missing 3 3 1"]):
        with pytest.raises(AlignError, match="no association is left"):
            read_swow(write("a.csv", _file(*rows)), "us", "en")


R_FILE = """\
"","id","participantID","cue","R1","R2","R3"
"1",11,1,"red","color","blood",NA
"2",12,2,"red","Color","NA","rose"
"3",13,3,"red",NA,NA,NA
"4",14,4,"NA","sodium, mostly","x,NA,y","No more responses"
"""


def test_responses_as_r_writes_them_keep_the_word_na(write: Write) -> None:
    frame, report = read_swow(write("SWOW-EN.R100.csv", R_FILE), "us", "en")
    assert _rows(frame) == [
        ("na", "sodium, mostly", 1),
        ("na", "x,na,y", 1),
        ("red", "blood", 1),
        ("red", "color", 2),
        ("red", "na", 1),
        ("red", "rose", 1),
    ]
    assert (report.unit, report.counted, report.kept, report.merged) == ("responses", 12, 6, 1)
    assert report.dropped == {"no answer": 4, "No more responses": 1}
    assert set(frame["position"]) == {"R123"}
    counts = tables.counted(frame)
    assert counts.filter(pl.col("cue") == "red")["n"].unique().to_list() == [5]
    assert counts.filter(pl.col("response") == "color")["strength"].to_list() == [0.4]


def test_what_a_person_wrote_stays_together_in_the_order_written(write: Write) -> None:
    frame, report = read_swow(write("SWOW-EN.R100.csv", R_FILE), "us", "en")
    assert _lists(frame) == [
        ("na", "4", ["sodium, mostly", "x,na,y"]),
        ("red", "1", ["color", "blood"]),
        ("red", "2", ["color", "na", "rose"]),
    ]
    assert set(frame["culture"]) == {"us"}
    facts = report.as_dict()["facts"]
    assert (facts["lists in"], facts["lists kept"], facts["lists without a word"]) == (4, 3, 1)
    assert facts["participants"] == 3


def test_a_list_lacks_what_is_no_word_and_keeps_what_is_said_twice(write: Write) -> None:
    lines = [
        "participantID,cue,R1,R2,R3",
        "7,Tea,#Missing,Cup,#Unknown",
        "7,tea,Tea,...,cup",
        "8,tea,No more responses,Unknown word,",
        "8,...,milk,milk,milk",
        "8,tea,milk,cup,Milk!",
        "8,tea,cup,milk,",
    ]
    frame, report = read_swow(write("a.csv", "\n".join(lines)), "us", "en")
    assert _lists(frame) == [
        ("tea", "7", ["cup"]),
        ("tea", "7", ["cup"]),
        ("tea", "8", ["cup", "milk"]),
        ("tea", "8", ["milk", "cup", "milk"]),
    ]
    assert _rows(frame) == [("tea", "cup", 4), ("tea", "milk", 3)]
    assert (report.counted, report.kept, report.merged) == (18, 2, 5)
    assert report.dropped == {
        "#Missing": 1,
        "#Unknown": 1,
        "No more responses": 1,
        "Unknown word": 1,
        "cue is only punctuation": 3,
        "no answer": 2,
        "only punctuation": 1,
        "same as the cue": 1,
    }
    facts = report.as_dict()["facts"]
    assert (facts["lists in"], facts["lists kept"], facts["lists without a word"]) == (6, 4, 2)
    assert facts["participants"] == 2


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("id;participantID;created_at;cue;R1;R2;R3", "901;p5;2016;狗;貓;骨头;"),  # English and Chinese
        ("trialsID;participantID;cue;R1;R2;R3", "901;p5;狗;貓;骨头;"),
        ("participantID;responseID;cue;R1;R2;R3", " p5 ;901;狗;貓;骨头;"),  # Rioplatense Spanish
        ("recodedPP_ID;ctr;cue;asso1;asso2;asso3", "p5;901;狗;貓;骨头;"),  # Dutch
    ],
)
def test_the_person_is_told_by_the_released_columns_and_not_the_line(
    header: str, line: str, write: Write
) -> None:
    frame, _ = read_swow(write("a.csv", f"{header}\n{line}\n"), "zh", "zh")
    assert _lists(frame) == [("狗", "p5", ["猫", "骨头"])]


def test_people_without_a_name_are_numbered_whatever_the_order_of_lines(write: Write) -> None:
    lines = ["tea,milk,cup,", "sun,hot,,", "tea,cup,milk,sugar", "tea,cup,,"]
    expected = [
        ("sun", "#1", ["hot"]),
        ("tea", "#2", ["cup"]),
        ("tea", "#3", ["cup", "milk", "sugar"]),
        ("tea", "#4", ["milk", "cup"]),
    ]
    for order in (lines, lines[::-1]):
        frame, report = read_swow(write("a.csv", "\n".join(["cue,R1,R2,R3", *order])), "us", "en")
        assert _lists(frame) == expected
        assert "participants" not in report.facts


def test_some_people_without_a_name_are_numbered_among_themselves(write: Write) -> None:
    lines = ["participantID,cue,R1,R2,R3", "1,tea,cup,,", ",tea,milk,,", "NA,tea,hot,,", "2,tea,leaf,,"]
    frame, report = read_swow(write("a.csv", "\n".join(lines)), "us", "en")
    assert _lists(frame) == [
        ("tea", "#1", ["hot"]),
        ("tea", "#2", ["milk"]),
        ("tea", "1", ["cup"]),
        ("tea", "2", ["leaf"]),
    ]
    assert report.facts["participants"] == 2


WORDS = ("tea", "Tea", "tea.", "cup", "CUP", " cup", "“cup”", "ice, cold", 'a "b"', "NA", "null", "紅")
CELLS = st.sampled_from((*WORDS, "", "#Missing", "No more responses", "..."))
LINES = st.lists(st.tuples(st.sampled_from("12345"), CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_the_words_of_all_lists_are_the_words_that_are_counted(
    lines: list[tuple[str, str, str, str, str]],
) -> None:
    """The lists beside a plain loop over the lines, the counts beside a strength file of the same answers."""
    lists = [(cue, who, words) for who, *rest in lines for cue, words in [_words_of(*rest)] if cue and words]
    counts = Counter((cue, word) for cue, _, words in lists for word in words)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "SWOW-EN.R100.csv"
        header = ("participantID", "cue", "R1", "R2", "R3")
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *lines])
        if not counts:
            with pytest.raises(AlignError, match="no association is left"):
                read_swow(path, "us", "en")
            return
        frame, report = read_swow(path, "us", "en")
        rows = [(cue, word, number, 0, 0) for (cue, word), number in counts.items()]
        path = Path(folder) / "strength.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("cue", "response", "R123", "N", "R123.Strength"), *rows])
        strengths, _ = read_swow(path, "us", "en")
    assert _lists(frame) == sorted(lists)
    assert report.facts["lists kept"] == len(lists)
    assert report.facts["responses kept"] == sum(counts.values())
    made = tables.checked_rows("associations", tables.counted(frame))
    assert made.equals(tables.checked_rows("associations", strengths))
    assert report.kept == made.height


def _words_of(cue: str, *answers: str) -> tuple[str, list[str]]:
    asked = "" if marker(cue) else normalise(cue, "en")
    words = ["" if marker(answer) else normalise(answer, "en") for answer in answers]
    return asked, [word for word in words if word and word != asked]


def test_first_responses_only(write: Write) -> None:
    frame, report = read_swow(write("SWOW-EN.R100.csv", R_FILE), "us", "en", position="R1")
    assert _rows(frame) == [("na", "sodium, mostly", 1), ("red", "color", 2)]
    assert (report.counted, report.dropped) == (4, {"no answer": 1})


def test_bare_na_without_quotation_marks(write: Write) -> None:
    content = (
        "participantID\tcue\tR1\tR2\tR3\n1\tsalt\tNA\tCl\tNA\n2\tsalt\tNA\tNA\tNA\n3\tNA\tsodium\t\tNA\n"
    )
    frame, report = read_swow(write("responses.tsv", content), "us", "en")
    assert _rows(frame) == [("na", "sodium", 1), ("salt", "cl", 1), ("salt", "na", 1)]
    assert (report.counted, report.dropped) == (9, {"no answer": 6})


def test_raw_and_dutch_column_names(write: Write) -> None:
    for names in ("R1Raw;R2Raw;R3Raw", "asso1;asso2;asso3"):
        frame, _ = read_swow(write("a.csv", f"cue;{names}\nrood;kleur;bloed;roos\n"), "nl", "nl")
        assert _rows(frame) == [("rood", "bloed", 1), ("rood", "kleur", 1), ("rood", "roos", 1)]


def test_responses_without_second_answers_need_a_position(write: Write) -> None:
    path = write("a.csv", "cue,R1\nred,color\n")
    with pytest.raises(AlignError, match="no columns R2, R3"):
        read_swow(path, "us", "en")
    frame, _ = read_swow(path, "us", "en", position="R1")
    assert _rows(frame) == [("red", "color", 1)]


def test_the_released_english_file(shared_data: Path) -> None:
    frame, report = read_swow(shared_data / "swow/strength.SWOW-EN.R1.csv.gz", "us", "en")
    facts = report.as_dict()["facts"]
    assert (report.counted, facts["cues in"], facts["cues kept"]) == (483_636, 12_217, 12_217)
    assert (report.kept, report.merged, sum(report.dropped.values())) == (482_393, 690, 553)
    assert {"null", "true", "false", "none"} <= set(frame["cue"])
    sums = frame.group_by("cue").agg(pl.col("strength").sum())["strength"]
    assert sums.to_list() == pytest.approx([1] * 12_217)


def test_the_chinese_subset_keeps_no_marker(shared_data: Path) -> None:
    frame, report = read_swow(shared_data / "swow/strength.SWOWZH.R123.subset.csv", "zh", "zh")
    assert frame["cue"].n_unique() == 489
    assert report.dropped == {"#Missing": 356, "#Unknown": 53, "same as the cue": 84}
    assert frame.filter(pl.col("response").str.to_lowercase().str.contains("missing|unknown|#")).is_empty()


@pytest.mark.parametrize("name", ["strength.SWOW-EN.R123.heads.tsv", "strength.SWOWZH.R123.heads.tsv"])
def test_the_shared_heads_are_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(AlignError, match="strengths cannot be computed"):
        read_swow(shared_data / "swow" / name, "us", "en")


@pytest.mark.parametrize(
    ("rows", "why"),
    [([], "there is nothing below the header line"), (["red #Missing 3 3 1"], r"dropped: #Missing \(1\)")],
)
def test_nothing_left_says_why(write: Write, rows: list[str], why: str) -> None:
    with pytest.raises(AlignError, match=f"strength.csv: no association is left; {why}"):
        read_swow(write("strength.csv", _file(*rows)), "us", "en")
