from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest, reader_for
from align_tasks.readers.report import Report
from align_tasks.reference import resolve

Write = Callable[[str, "str | bytes"], Path]


def read_ratings_file(path: Path, language: str, reader: str | None = None) -> tuple[pl.DataFrame, Report]:
    """Table and account of a file, by the reader that knows it or the one that is named."""
    read = resolve(reader_for(path, "norms", reader).read)
    frame, report = read(ImportRequest(path=path, language=language))
    return frame, report


def test_valence_and_arousal(write: Write) -> None:
    path = write(
        "w.csv",
        ",Word,V.Mean.Sum,A.Mean.Sum\n1,Null,6.26,2.41\n2,TV,5,3\n3,tv,6,4\n4,,5,5\n5,x,NA,3\n6,y,5,10\n",
    )
    frame, report = read_ratings_file(path, "en")
    assert frame.rows() == [("en", "null", 6.26, 2.41, None), ("en", "tv", 5.5, 3.5, None)]
    assert (report.reader, report.counted, report.kept, report.merged) == ("warriner", 6, 2, 1)
    assert report.dropped == {"no word": 1, "valence is not a number": 1, "arousal outside 1 to 9": 1}


def test_concreteness(write: Write) -> None:
    frame, report = read_ratings_file(write("b.txt.gz", "Word\tBigram\tConc.M\nroadsweeper\t0\t4.85\n"), "en")
    assert frame.rows() == [("en", "roadsweeper", None, None, 4.85)]
    assert report.as_dict()["facts"] == {"ranges": {"concreteness": [1, 5]}}


def test_traditional_characters_become_simplified(write: Write) -> None:
    path = write(
        "cvaw.tsv", "No.\tWord\tValence_Mean\tArousal_Mean\n0\t不可思議\t5.4\t7.2\n1\t貓\t6\t4\n2\t猫\t7\t5\n"
    )
    frame, report = read_ratings_file(path, "zh")
    assert frame["word"].to_list() == ["不可思议", "猫"]
    assert frame["valence"].to_list() == [5.4, 6.5]
    assert report.merged == 1


def test_a_list_in_another_language_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match="rates words in language 'zh', not 'en'"):
        read_ratings_file(write("cvaw.tsv", "Word\tValence_Mean\tArousal_Mean\n貓\t6\t4\n"), "en")


def test_missing_columns_are_told(write: Write) -> None:
    path = write("a.csv", "word_,rating\na,1\n")
    with pytest.raises(AlignError, match="no reader knows the layout") as error:
        read_ratings_file(path, "en")
    assert "Found, separated by comma: word_, rating\n" in str(error.value.hint)
    for columns in ("Word, V.Mean.Sum, A.Mean.Sum", "Word, Conc.M", "Word, Valence_Mean, Arousal_Mean"):
        assert columns in str(error.value.hint)
    with pytest.raises(AlignError, match=r"not the list brysbaert: it has no columns Word, Conc\.M"):
        read_ratings_file(path, "en", reader="brysbaert")


def test_a_reader_can_be_forced_and_must_exist(write: Write) -> None:
    both = write("a.csv", "Word,V.Mean.Sum,A.Mean.Sum,Conc.M\na,2,3,4\n")
    assert read_ratings_file(both, "en", reader="brysbaert")[0]["concreteness"].to_list() == [4]
    with pytest.raises(AlignError, match="no reader named 'x'"):
        read_ratings_file(both, "en", reader="x")


def test_nothing_left_is_an_error(write: Write) -> None:
    with pytest.raises(AlignError, match="no rated word is left"):
        read_ratings_file(write("a.csv", "Word,Conc.M\na,\n"), "en")


@pytest.mark.parametrize(
    ("name", "language", "counted", "kept"),
    [
        ("warriner2013.en.csv.gz", "en", 13_915, 13_905),
        ("concreteness.brysbaert2014.en.csv.gz", "en", 39_954, 39_953),
        ("cvaw.zh-Hant.tsv", "zh", 5_512, 5_466),
    ],
)
def test_real_lists(shared_data: Path, name: str, language: str, counted: int, kept: int) -> None:
    _, report = read_ratings_file(shared_data / "norms" / name, language)
    assert (report.counted, report.kept) == (counted, kept)


def test_decimal_commas_are_read(write: Write) -> None:
    frame, report = read_ratings_file(write("b.csv", "Word;Conc.M\nred;4,5\nblue;4\n"), "en")
    assert frame["concreteness"].to_list() == [4, 4.5]
    assert report.dropped == {}
