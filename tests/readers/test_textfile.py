from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.readers.textfile import cells, column, read_text, required

Write = Callable[[str, "str | bytes"], Path]
HEADER = "cue\tresponse\tR1\tN\tR1.Strength\n"


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_delimiter_is_recognised(write: Write, delimiter: str) -> None:
    text = read_text(write("a.csv", "cue\tresponse\nred\tcolor\n".replace("\t", delimiter)))
    assert text.delimiter == delimiter
    assert text.columns == ("cue", "response")
    assert cells(text, ["cue", "response"]).rows() == [(2, "red", "color")]


def test_no_delimiter_is_told_with_the_header(write: Write) -> None:
    with pytest.raises(AlignError, match=r"no tab, comma or semicolon between columns: cue\|response\|R1"):
        read_text(write("a.csv", "cue|response|R1\nred|color|2\n"))


def test_lines_with_another_delimiter_than_the_header_are_told(write: Write) -> None:
    text = read_text(write("a.csv", HEADER + "a,one,21,97,0.2\n"))
    with pytest.raises(
        AlignError, match=r"a.csv, line 2: 1 field separated by tab, but the header has 5: a,one,21"
    ):
        cells(text, ["cue"], complete=True)


def test_a_line_with_too_many_fields_is_told(write: Write) -> None:
    text = read_text(write("a.csv", HEADER + "a\tone\t21\t97\t0.2\na\ttwo\t1\t97\t0.01\textra\n"))
    with pytest.raises(AlignError, match="line 3: 6 fields"):
        cells(text, ["cue"])


def test_a_line_cut_in_the_middle_is_told(write: Write) -> None:
    text = read_text(write("a.csv", HEADER + "a\tone\t21\t97\t0.2\na\ttw"))
    with pytest.raises(AlignError, match="line 3: 2 fields"):
        cells(text, ["cue"], complete=True)


def test_line_numbers_count_line_breaks_inside_quotations(write: Write) -> None:
    text = read_text(write("a.csv", '"a","b"\n"x\ny","1"\n"z","1","2"\n'))
    with pytest.raises(AlignError, match="line 4: 3 fields"):
        cells(text, ["a"])


def test_bare_quotation_marks_in_tab_separated_text_stay(write: Write) -> None:
    text = read_text(write("a.csv", 'cue\tresponse\na\t"b\nc\td"\n'))
    assert cells(text, ["response"])["response"].to_list() == ['"b', 'd"']


def test_nothing_is_inferred_from_cells(write: Write) -> None:
    words = ["null", "NA", "true", "1e5", "007", "nan", "None", "2020-01-01", " x "]
    text = read_text(write("a.csv", "cue,n\n" + "".join(f"{w},1\n" for w in words)))
    assert cells(text, ["cue"])["cue"].to_list() == words


def test_empty_cells_and_empty_lines_are_null(write: Write) -> None:
    text = read_text(write("a.csv", "a,b\n,1\n\n2,\n"))
    assert cells(text, ["a", "b"]).rows() == [(2, None, "1"), (3, None, None), (4, "2", None)]


ARABIC = "كلب,قطة\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"\xef\xbb\xbf" + ("cue,response\n" + ARABIC).encode(), "utf-8"),
        (("cue,response\n" + ARABIC).encode(), "utf-8"),
        (b"\xff\xfe" + ("cue,response\n" + ARABIC).encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + ("cue,response\n" + ARABIC).encode("utf-16-be"), "utf-16-be"),
        (("cue,response\n" + ARABIC).encode("utf-16-le"), "utf-16-le"),
        (("cue,response\n" + ARABIC).encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_unicode_encodings(write: Write, content: bytes, encoding: str) -> None:
    text = read_text(write("a.csv", content))
    assert text.encoding == encoding
    assert text.columns == ("cue", "response")
    assert cells(text, ["cue", "response"]).rows() == [(2, "كلب", "قطة")]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_latin_1_is_recognised(write: Write, encoding: str) -> None:
    text = read_text(write("a.csv", "cue,response\ncafé,crème brûlée\nniño,año\n".encode(encoding)))
    assert text.encoding == "latin-1"
    assert cells(text, ["response"])["response"].to_list() == ["crème brûlée", "año"]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "cp1251", "shift-jis"])
def test_other_encodings_are_told_and_never_guessed(write: Write, encoding: str) -> None:
    words = "говорить" if encoding == "cp1251" else "日本" if encoding == "shift-jis" else "中文"
    path = write("a.csv", f"cue,response\na,b\n{words},{words}\n".encode(encoding))
    with pytest.raises(AlignError, match=r"encoding of a.csv is not recognised: line 3") as error:
        read_text(path)
    assert "iconv" in str(error.value.hint)


def test_a_damaged_byte_in_utf8_is_told_with_its_line(write: Write) -> None:
    good = "cue,response\n" + "狗,猫\n" * 700_000
    damaged = good.encode() + "狗,".encode() + b"\xe7\x8c\n"
    with pytest.raises(AlignError, match="line 700002"):
        read_text(write("a.csv", damaged))


def test_characters_across_the_blocks_of_the_check_are_whole(write: Write) -> None:
    for shift in range(4):
        text = read_text(write("a.csv", "c,r\n" + "x" * shift + "狗,猫\n" * 200_000))
        assert text.encoding == "utf-8"


def test_gzip_whatever_the_name(write: Write) -> None:
    path = write("a.csv", gzip.compress(b"cue,response\nred,color\n"))
    assert cells(read_text(path), ["cue"])["cue"].to_list() == ["red"]


def test_a_cut_gzip_is_told(write: Write) -> None:
    whole = gzip.compress(b"cue,response\n" + b"red,color\n" * 1000)
    with pytest.raises(AlignError, match=r"a.csv.gz is cut off"):
        read_text(_raw(write, whole[:-20]))


def test_a_damaged_gzip_is_told(write: Write) -> None:
    whole = bytearray(gzip.compress(bytes(range(256)) * 50))
    whole[30:34] = b"\0\0\0\0"
    with pytest.raises(AlignError, match=r"a.csv.gz is (a damaged gzip file|cut off)"):
        read_text(_raw(write, bytes(whole)))


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"")])
def test_an_empty_file_is_told(write: Write, content: bytes) -> None:
    with pytest.raises(AlignError, match="is empty"):
        read_text(_raw(write, content))


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE html>\n<html>",
        "\n <html lang='en'>",
        "<head><title>Log in</title>",
        "\ufeff<!doctype html>",
    ],
)
def test_a_web_page_is_told(write: Write, start: str) -> None:
    with pytest.raises(AlignError, match="is a web page") as error:
        read_text(write("strength.csv", start + "<body>Please log in, then, again</body></html>"))
    assert "log in" in str(error.value.hint)


@pytest.mark.parametrize(
    ("magic", "kind"), [(b"PK\x03\x04xyz", "ZIP archive or an Excel workbook"), (b"%PDF-1.7", "PDF")]
)
def test_binary_files_are_told(write: Write, magic: bytes, kind: str) -> None:
    with pytest.raises(AlignError, match=kind):
        read_text(write("a.csv", magic))


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"cannot read .*nothing.csv: No such file"):
        read_text(tmp_path / "nothing.csv")
    with pytest.raises(AlignError, match="cannot read"):
        read_text(tmp_path)


def test_missing_columns_are_named_with_those_found(write: Write) -> None:
    text = read_text(write("a.csv", "cue;Reaction;count\n"))
    with pytest.raises(AlignError, match=r"a.csv is not a list: it has no columns response, N") as error:
        required(text, "a list", ["cue", "response", "N"])
    assert "separated by semicolon: cue, Reaction, count" in str(error.value.hint)


def test_columns_are_found_whatever_their_case(write: Write) -> None:
    text = read_text(write("a.csv", "Cue, RESPONSE \n"))
    assert column(text, "cue") == "Cue"
    assert column(text, "nothing", "response") == "RESPONSE"
    assert column(text, "nothing") is None


def test_windows_and_old_mac_line_ends(write: Write) -> None:
    for end in ("\r\n", "\r"):
        text = read_text(write("a.csv", f"cue,n{end}red,1{end}blue,2{end}"))
        assert cells(text, ["cue", "n"]).rows() == [(2, "red", "1"), (3, "blue", "2")]


@pytest.mark.parametrize("line", ['"blue,1', '"bl"ue",1'])
def test_a_quotation_that_is_not_closed_is_told_with_its_line(write: Write, line: str) -> None:
    text = read_text(write("a.csv", f'cue,n\n"red, or\nso",1\n{line}\ngreen,1\n'))
    with pytest.raises(AlignError, match=r"a.csv, line 4: a quotation that begins here"):
        cells(text, ["cue", "n"])


def test_a_stray_zero_byte_does_not_change_the_encoding(write: Write) -> None:
    text = read_text(write("a.csv", "cue,n\nre\0d,1\nblue,22\n"))
    assert text.encoding == "utf-8"
    assert cells(text, ["n"])["n"].to_list() == ["1", "22"]


def _raw(write: Write, content: bytes) -> Path:
    return write("a.csv", content).rename(write("a.csv", content).with_name("a.csv.gz"))
