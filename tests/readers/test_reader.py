"""How the reader of a file is found, and what is told where none knows it."""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.data import store
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.readers.reader import Reader, reader_for, readers_of

Write = Callable[[str, "str | bytes"], Path]
STRENGTH = "cue\tresponse\tR1\tN\tR1.Strength\nred\tcolor\t3\t3\t1\n"
SOURCES = ["swow", "wvs", "norms"]


def _reader(name: str, recognises: Any, source: str = "swow", kind: Any = "associations") -> Reader:
    table = {"associations": "{culture}", "items": "tea1.all", "ratings": "{language}.mine"}[kind]
    return Reader(
        name,
        source=source,
        kind=kind,
        describes=f"files of {name}",
        recognises=recognises,
        read="nowhere:f",
        licence="free",
        table=table,
    )


def _import(path: Path, source: str, reader: str | None = None) -> Any:
    return import_file(path, source, culture="us", language="en", reader=reader)


@pytest.mark.parametrize(
    ("source", "content", "name"),
    [
        ("swow", STRENGTH, "swow-strength"),
        ("swow", STRENGTH.replace("R1", "R123").upper(), "swow-strength"),
        ("swow", STRENGTH.replace("\tN\t", "\tM\t"), "swow-strength"),  # which tells what is wrong with it
        ("swow", '"","cue","R1","R2","R3"\n"1","red","a","b",NA\n', "swow-responses"),
        ("swow", "cue;R1Raw;R2Raw;R3Raw\nred;a;b;c\n", "swow-responses"),
        ("swow", b"\xff\xfe" + STRENGTH.encode("utf-16-le"), "swow-strength"),
        ("swow", b"\xef\xbb\xbf" + STRENGTH.encode(), "swow-strength"),
        ("swow", STRENGTH.replace("\n", "\r"), "swow-strength"),
        ("swow", gzip.compress(STRENGTH.encode()), "swow-strength"),
        ("wvs", "B_COUNTRY_ALPHA,Q1\nUSA,1\n", "wvs-csv"),
        ("wvs", "Q1: Family;B_COUNTRY_ALPHA: Country\nVery important;USA\n", "wvs-csv"),
        ("wvs", b"PK\x03\x04", "wvs-excel"),
        ("wvs", b"\xd0\xcf\x11\xe0", "wvs-excel"),
        ("wvs", b"$FL2", "wvs-sav"),
        ("norms", "Word,V.Mean.Sum,A.Mean.Sum\nred,5,5\n", "warriner"),
        ("norms", "Word\tConc.M\nred\t4\n", "brysbaert"),
        ("norms", "Word\tValence_Mean\tArousal_Mean\n红\t5\t5\n", "cvaw"),
        ("norms", "Word,V.Mean.Sum,A.Mean.Sum,Conc.M\nred,5,5,4\n", "warriner"),
    ],
)
def test_a_file_is_known_by_its_columns_whatever_its_name(
    source: str, content: str | bytes, name: str, write: Write
) -> None:
    assert reader_for(write("data.txt", content), source).name == name


def test_a_reader_can_be_forced(write: Write) -> None:
    assert reader_for(write("a.csv", STRENGTH), "swow", "swow-responses").name == "swow-responses"


def test_only_readers_of_the_source_can_be_forced(write: Write) -> None:
    with pytest.raises(AlignError, match="no reader named 'warriner' for align data import swow") as error:
        reader_for(write("a.csv", STRENGTH), "swow", "warriner")
    assert error.value.hint == "There are: swow-strength, swow-responses"


def test_a_plugins_reader_comes_after_those_of_the_package(plugins: Any, write: Write) -> None:
    everything = _reader("everything", lambda path: True)
    plugins.register(readers=[everything, _reader("elsewhere", lambda path: True, source="other")])
    assert [reader.name for reader in readers_of("swow")] == ["swow-strength", "swow-responses", "everything"]
    assert reader_for(write("a.csv", STRENGTH), "swow").name == "swow-strength"
    assert reader_for(write("a.csv", "a,b\n1,2\n"), "swow") is everything


def test_readers_are_tried_in_turn(plugins: Any, write: Write) -> None:
    asked: list[str] = []

    def asks(name: str, known: bool) -> Callable[[Path], bool]:
        return lambda path: bool(asked.append(name)) or known

    readers = [_reader(name, asks(name, known)) for name, known in (("a", False), ("b", True), ("c", True))]
    plugins.register(readers=readers)
    assert reader_for(write("a.csv", "a,b\n1,2\n"), "swow").name == "b"
    assert asked == ["a", "b"]


def test_a_file_that_one_reader_cannot_open_may_be_anothers(plugins: Any, write: Write) -> None:
    workbook = _reader("workbook", lambda path: path.read_bytes().startswith(b"PK"))
    plugins.register(readers=[workbook])
    path = write("a.xlsx", b"PK\x03\x04")
    assert reader_for(path, "swow") is workbook
    with pytest.raises(AlignError, match=r"a\.pdf is a PDF document, not a text file"):
        reader_for(write("a.pdf", b"%PDF"), "swow")


@pytest.mark.parametrize("name", [None, "b"])
def test_a_reader_is_not_given_what_the_command_asks_of_another_kind(
    name: str | None, plugins: Any, write: Write
) -> None:
    """Of a source, the first reader says what its command asks for: of ratings a language, not countries."""
    readers = [_reader("a", lambda path: False, "tea", "ratings"), _reader("b", bool, "tea", "items")]
    plugins.register(readers=readers)
    with pytest.raises(AlignError, match=r"the reader 'b' reads items, and align .* tea imports ratings"):
        reader_for(write("a.csv", "a,b\n1,2\n"), "tea", name)


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("associations", "{lang}"),
        ("associations", "us"),
        ("associations", "{culture}.mine"),
        ("ratings", "{lang}.mine"),
        ("ratings", "en.mine"),
        ("ratings", "{language}"),
        ("ratings", "{language}.{culture}"),
        ("ratings", "{language}.mine/../x"),
        ("items", "goqa"),
        ("items", "goqa.{country}"),
        ("items", "goqa.everybody"),
        ("items", "goqa.{culture}.2024"),
        ("items", "{culture}"),
        ("items", "{culture"),
    ],
)
def test_a_table_that_nobody_would_find_is_refused_when_the_reader_is_made(kind: Any, table: str) -> None:
    with pytest.raises(
        AlignError, match=f"the table of a reader of {kind} is named .*, not {re.escape(repr(table))}"
    ):
        Reader(
            "mine",
            source="tea",
            kind=kind,
            describes="tea files",
            recognises=bool,
            read="nowhere:f",
            licence="free",
            table=table,
        )


@pytest.mark.parametrize("word", ["", "two words", "--help", "line\nbreak"])
def test_names_that_nobody_can_type_are_refused_when_the_reader_is_made(word: str) -> None:
    for name, source, what in ((word, "tea", "reader"), ("mine", word, "source of files")):
        with pytest.raises(AlignError, match=f"cannot name a {what}: take one word"):
            Reader(
                name,
                source=source,
                kind="items",
                describes="tea files",
                recognises=bool,
                read="nowhere:f",
                licence="free",
                table="tea1.all",
            )


def test_a_plugins_reader_that_fails_is_passed_over_and_told(
    plugins: Any, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    readers = [_reader("broken", lambda path: 1 / 0), _reader("whole", lambda path: True)]
    plugins.register(readers=readers)
    with caplog.at_level(logging.WARNING):
        assert reader_for(write("a.csv", "a,b\n1,2\n"), "swow").name == "whole"
    assert "its reader 'broken' fails: ZeroDivisionError" in caplog.text


def test_a_layout_that_nobody_knows_is_told_with_what_was_found(plugins: Any, write: Write) -> None:
    plugins.register(readers=[_reader("mine", lambda path: False)])
    with pytest.raises(AlignError, match="no reader knows the layout") as error:
        _import(write("a.csv", "cue;answer;count\nred;a;1\n"), "swow")
    assert error.value.problem == "no reader knows the layout of a.csv"
    assert error.value.hint == (
        "Found, separated by semicolon: cue, answer, count\n"
        "  Readers: swow-strength: strength files: cue, response, R1 or R123, N; "
        "swow-responses: people's responses: cue, R1, R2, R3; mine: files of mine"
    )


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "a.csv is empty"),
        (b" \n\n", "a.csv is empty"),
        (gzip.compress(b""), "a.csv is empty"),
        (gzip.compress(STRENGTH.encode())[:-12], "a.csv is cut off: the gzip file ends too early"),
        (gzip.compress(STRENGTH.encode())[:12], "a.csv is cut off: the gzip file ends too early"),
        (b"\x1f\x8b\x08", "a.csv is cut off: the gzip file ends too early"),
        (b"\x1f\x8b\x07" + bytes(20), "a.csv is a damaged gzip file: Unknown compression method"),
        (gzip.compress(STRENGTH.encode())[:-8] + bytes(8), "a.csv is a damaged gzip file: CRC check failed"),
        (b"<!DOCTYPE html><html>log in, please", "a.csv is a web page, not a table"),
        (gzip.compress(b"<html>log in, please"), "a.csv is a web page, not a table"),
        (b"%PDF-1.7", "a.csv is a PDF document, not a text file"),
        (b"PAR1", "a.csv is a Parquet file, not a text file"),
        (b"cue|answer\nred|a\n", "a.csv: the header line of a.csv has no tab, comma or semicolon"),
        (b"\ncue,answer\nred,a\n", "a.csv: the header line of a.csv has no tab, comma or semicolon"),
        (b'"' + b"x" * 200_000, "a.csv: the header line of a.csv has no tab, comma or semicolon"),
        ("线索,答案\n狗,猫\n".encode("gb18030"), "a.csv: the encoding of a.csv is not recognised: line 1"),
        (bytes(range(256)) * 40, "a.csv: the encoding of a.csv is not recognised: line 2"),
        (b"one,two\n1,2\n", "no reader knows the layout of a.csv"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_whatever_it_was_to_be(
    content: bytes, told: str, source: str, write: Write, data_home: Path
) -> None:
    with pytest.raises(AlignError, match=re.escape(told)):
        _import(write("a.csv", content), source)
    assert not data_home.exists()


@pytest.mark.parametrize("source", SOURCES)
def test_a_missing_file_and_a_folder_are_told(source: str, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"cannot read .*nothing\.csv: No such file"):
        _import(tmp_path / "nothing.csv", source)
    with pytest.raises(AlignError, match="cannot read"):
        _import(tmp_path, source)


@pytest.mark.parametrize("source", ["swow", "norms"])
@pytest.mark.parametrize(
    ("magic", "kind"),
    [
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"$FL2", "an SPSS file"),
    ],
)
def test_a_workbook_saved_under_the_name_of_a_text_file_is_told(
    magic: bytes, kind: str, source: str, write: Write
) -> None:
    with pytest.raises(AlignError, match=rf"a\.csv is {kind}, not a text file") as error:
        _import(write("a.csv", magic), source)
    assert error.value.hint == "Unpack it, or save it as CSV in UTF-8."


def test_survey_workbooks_that_are_none_are_told(write: Write) -> None:
    with pytest.raises(AlignError, match=r"a\.csv cannot be read as an Excel workbook") as error:
        _import(write("a.csv", b"PK\x03\x04"), "wvs")
    assert "If it is a ZIP archive, unpack it" in str(error.value.hint)


def test_a_strength_file_without_totals_is_told_what_that_means(write: Write) -> None:
    for reader in (None, "swow-strength"):
        with pytest.raises(AlignError, match="no column N, so it may hold only the most frequent") as error:
            _import(write("heads.tsv", "cue\tresponse\tR123\naccident\tcar\t50\n"), "swow", reader)
        assert "with columns cue, response, R123, N, R123.Strength" in str(error.value.hint)


def test_a_long_header_is_no_obstacle(write: Write) -> None:
    header = ",".join(["B_COUNTRY_ALPHA", "Q1", *(f"X{n}" for n in range(20_000))])
    assert reader_for(write("a.csv", f"{header}\n"), "wvs").name == "wvs-csv"


def test_nothing_is_stored_from_a_file_that_a_forced_reader_cannot_read(
    write: Write, data_home: Path
) -> None:
    with pytest.raises(AlignError, match="no columns R2, R3"):
        _import(write("a.csv", STRENGTH), "swow", "swow-responses")
    assert store.names("associations") == []
