from __future__ import annotations

import builtins
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest, reader_for
from align_tasks.readers.report import Report
from align_tasks.readers.wvs_labels import code_of, label_table
from align_tasks.reference import resolve
from align_tasks.survey.wvs7 import WVS7

Write = Callable[[str, "str | bytes"], Path]
WriteXlsx = Callable[[str, Sequence[Sequence[str]]], Path]
LETTERS = "XABCDEFGHIJ"
TWO_COUNTRIES = """\
B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q119,Q900
USA,0.5,1,0,7
USA,1.5,2,1,7
USA,1,4,-1,7
USA,2,-2,-4,7
JPN,1,1,2,7
JPN,1,-5,2,7
,1,1,1,7
"""


def read_wvs(
    path: Path, countries: Sequence[str] = (), reader: str | None = None
) -> tuple[pl.DataFrame, Report]:
    """Table and account of a file, by the reader that knows it or the one that is named."""
    read = resolve(reader_for(path, "wvs", reader).read)
    frame, report = read(ImportRequest(path=path, countries=countries))
    return frame, report


def _share(frame: pl.DataFrame, item: str, country: str, *, weighted: bool) -> list[float]:
    rows = frame.filter(item=item, culture=country, weighted=weighted)
    return list(rows["distribution"].item())


def test_shares_by_hand(write: Write) -> None:
    frame, report = read_wvs(write("wvs.csv", TWO_COUNTRIES))
    assert _share(frame, "Q1", "USA", weighted=False) == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    assert _share(frame, "Q1", "USA", weighted=True) == pytest.approx([0.5 / 3, 1.5 / 3, 0, 1 / 3])
    assert _share(frame, "Q1", "JPN", weighted=False) == [1, 0, 0, 0]
    assert frame.filter(item="Q1", culture="USA")["n"].to_list() == [3, 3]
    assert (report.reader, report.counted, report.kept) == ("wvs-csv", 14, 8)
    assert report.dropped == {
        "No answer": 1,
        "Don't know": 1,
        "Not asked": 1,
        "Missing": 1,
        "no country": 2,
    }
    assert report.as_dict()["facts"] == {"respondents": 6, "countries": ["JPN", "USA"], "items": 2}


def test_options_stand_in_the_order_asked_not_in_the_order_of_codes(write: Write) -> None:
    frame, _ = read_wvs(write("wvs.csv", TWO_COUNTRIES))
    row = frame.filter(item="Q119", culture="USA", weighted=False).to_dicts()[0]
    assert row["options"] == ["Strongly agree", "Agree", "Hard to say", "Disagree", "Strongly disagree"]
    assert row["distribution"] == [0.5, 0, 0.5, 0, 0]
    assert (row["question"], row["scale"], row["wave"], row["language"]) == ("Q119", "ordinal", "7", "en")


def test_only_the_countries_asked_for(write: Write) -> None:
    frame, report = read_wvs(write("wvs.csv", TWO_COUNTRIES), ["jpn"])
    assert set(frame["culture"]) == {"JPN"}
    assert report.dropped == {"no country": 2, "country not asked for": 8, "Missing": 1}


def test_an_unknown_country_is_told_with_those_in_the_file(write: Write) -> None:
    with pytest.raises(AlignError, match=r"wvs.csv has no respondents of FRA, XYZ") as error:
        read_wvs(write("wvs.csv", TWO_COUNTRIES), ["FRA", "USA", "XYZ"])
    assert "Countries in it: JPN, USA" in str(error.value.hint)


def test_semicolons_and_decimal_commas(write: Write) -> None:
    content = TWO_COUNTRIES.replace(",", ";").replace("0.5", "0,5").replace("1.5", "1,5")
    frame, _ = read_wvs(write("wvs.csv", content))
    assert _share(frame, "Q1", "USA", weighted=True) == pytest.approx([0.5 / 3, 1.5 / 3, 0, 1 / 3])


def test_no_weights(write: Write) -> None:
    frame, report = read_wvs(write("wvs.csv", "B_COUNTRY_ALPHA,Q1\nUSA,1\n"))
    assert frame["weighted"].to_list() == [False]
    assert report.warnings == ("there is no column W_WEIGHT: no weighted shares",)


def test_a_code_that_is_no_country_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match=r"wvs.csv: '\.\./X' in the column B_COUNTRY_ALPHA"):
        read_wvs(write("wvs.csv", "B_COUNTRY_ALPHA,W_WEIGHT,Q1\nUSA,1,1\n../x,1,1\n"))


@pytest.mark.parametrize("weight", ["-1", "", "heavy", "nan", "inf", "1e300"])
def test_a_weight_that_is_none_is_told(write: Write, weight: str) -> None:
    with pytest.raises(AlignError, match=r"wvs.csv, row 3: the weight"):
        read_wvs(write("wvs.csv", f"B_COUNTRY_ALPHA,W_WEIGHT,Q1\nUSA,1,1\nUSA,{weight},1\n"))


@pytest.mark.parametrize(
    ("header", "missing"), [("B_COUNTRY,Q1", "B_COUNTRY_ALPHA"), ("B_COUNTRY_ALPHA,V1", "Q1 and other items")]
)
def test_other_files_are_told(write: Write, header: str, missing: str) -> None:
    with pytest.raises(AlignError, match=f"not a file of World Values Survey wave 7: .* {missing}"):
        read_wvs(write("a.csv", f"{header}\nUSA,1\n"), reader="wvs-csv")


def test_a_file_without_countries_is_told_with_its_columns(write: Write) -> None:
    with pytest.raises(AlignError, match="no reader knows the layout") as error:
        read_wvs(write("a.csv", "B_COUNTRY,Q1\nUSA,1\n"))
    assert "Found, separated by comma: B_COUNTRY, Q1\n" in str(error.value.hint)
    assert "B_COUNTRY_ALPHA, W_WEIGHT, Q1" in str(error.value.hint)


def test_a_file_of_another_wave_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match="wave 7: it has no column Q1 and other items"):
        read_wvs(write("a.csv", "B_COUNTRY_ALPHA,V1\nUSA,1\n"))


def test_a_workbook_saved_as_text_is_read_by_its_labels(write: Write) -> None:
    header = "B_COUNTRY_ALPHA: ISO 3166-1 alpha-3 country code;W_WEIGHT: Weight;Q1: Important in life: Family"
    frame, report = read_wvs(write("a.csv", f"{header}\nUSA;1;Very important\nUSA;3;Rather important\n"))
    assert _share(frame, "Q1", "USA", weighted=True) == [0.25, 0.75, 0, 0]
    assert set(frame["question"]) == {"Important in life: Family"}
    assert report.reader == "wvs-csv"


def test_labels_in_cells(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(
        "wvs.xlsx",
        [
            [
                "B_COUNTRY_ALPHA: ISO 3166-1 alpha-3",
                "W_WEIGHT: Weight",
                "Q112: Corruption",
                "Q34_3: other",
                "Q34: Jobs",
            ],
            ["USA", "1", "10 There is abundant corruption in my country", "Agree", "Agree"],
            ["USA", "1", "7", "Agree", "Strongly agree"],
            ["USA", "1", "Don’t know", "Agree", "Neither agree or disagree"],
            ["USA", "1", "Not applicable; No answer", "Agree", "No answer"],
        ],
    )
    frame, report = read_wvs(path)
    assert _share(frame, "Q112", "USA", weighted=False) == [0, 0, 0, 0, 0, 0, 0.5, 0, 0, 0.5]
    assert _share(frame, "Q34", "USA", weighted=False) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0])
    assert frame.filter(item="Q34")["question"].to_list() == ["Jobs", "Jobs"]
    assert (report.reader, report.kept) == ("wvs-excel", 5)
    assert report.dropped == {"Don't know": 1, "Not applicable": 1, "No answer": 1}


def test_an_unknown_label_leaves_its_item_out_and_is_named(write_xlsx: WriteXlsx) -> None:
    path = write_xlsx(
        "wvs.xlsx",
        [
            ["B_COUNTRY_ALPHA", "W_WEIGHT", "Q1: Family", "Q2: Friends"],
            ["USA", "1", "Very important", "Very important"],
            ["USA", "1", "So-so", "Rather important"],
            ["USA", "1", "No answer", "Rather important"],
        ],
    )
    frame, report = read_wvs(path)
    assert set(frame["item"]) == {"Q2"}
    assert report.dropped == {"Q1 left out: unknown answer 'So-so'": 2, "No answer": 1}
    assert report.warnings == ("USA: Q1 left out: unknown answer 'So-so'",)


def test_a_code_out_of_range_leaves_its_item_out(write: Write) -> None:
    frame, report = read_wvs(write("a.csv", "B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q2\nUSA,1,5,1\n"))
    assert set(frame["item"]) == {"Q2"}
    assert report.dropped == {"Q1 left out: unknown answer '5'": 1}


def test_a_zip_archive_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match="cannot be read as an Excel workbook") as error:
        read_wvs(write("WVS_csv.zip", b"PK\x03\x04 no workbook"))
    assert "unpack it" in str(error.value.hint)


def test_spss(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    pd = pytest.importorskip("pandas")

    path = tmp_path / "wvs.sav"
    frame = pd.DataFrame(
        {"B_COUNTRY_ALPHA": ["USA"] * 4, "W_WEIGHT": [0.5, 1.5, 1.0, 1.0], "Q1": [1.0, 2.0, -2.0, None]}
    )
    pyreadstat.write_sav(frame, path, column_labels=["Country", "Weight", "Important in life: Family"])
    shares, report = read_wvs(path)
    assert _share(shares, "Q1", "USA", weighted=True) == [0.25, 0.75, 0, 0]
    assert set(shares["question"]) == {"Important in life: Family"}
    assert (report.reader, report.dropped) == ("wvs-sav", {"No answer": 1, "blank": 1})


def test_spss_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wvs.sav"
    path.write_bytes(b"$FL2@(#)")
    real = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "pyreadstat":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(AlignError, match="needs the package pyreadstat") as error:
        read_wvs(path)
    assert error.value.hint == "pip install 'align-tasks[sav]'"


def test_a_damaged_spss_file_is_told(write: Write) -> None:
    pytest.importorskip("pyreadstat")
    with pytest.raises(AlignError, match="cannot be read as an SPSS file"):
        read_wvs(write("wvs.sav", b"$FL2 nothing more"))


def test_an_unknown_reader_is_told(write: Write) -> None:
    with pytest.raises(AlignError, match="no reader named 'csv'"):
        read_wvs(write("wvs.csv", TWO_COUNTRIES), reader="csv")


def test_the_label_table_fits_the_items() -> None:
    table = label_table()
    assert len(table) == 185
    for item, known in WVS7.items().items():
        assert table[item].codes == known.codes
        assert len(set(table[item].options)) == len(known.codes)


def test_meaning_of_cells() -> None:
    q48 = label_table()["Q48"]
    assert [code_of(c, q48) for c in ("1", "None at all", "10", "10.0", "a great deal", " 2 ")] == [
        1,
        1,
        10,
        10,
        10,
        2,
    ]
    assert [code_of(c, q48) for c in ("-1", "-99", None, "", "Don't -9:-2", "Missing; Unknown")] == [
        "Don't know",
        "Missing",
        "blank",
        "blank",
        "Missing",
        "Missing",
    ]
    assert [code_of(c, q48) for c in ("11", "0", "2.5", "Some")] == [None, None, None, None]


@pytest.mark.parametrize(
    ("file", "country", "name", "respondents", "items"),
    [
        ("WVS_Wave_7_United_States_Excel.xlsx", "USA", "United States", 2596, 185),
        ("WVS_Wave_7_Japan_Excel.xlsx", "JPN", "Japan", 1353, 184),
    ],
)
def test_real_files_agree_with_published_shares(
    shared_data: Path, file: str, country: str, name: str, respondents: int, items: int
) -> None:
    frame, report = read_wvs(shared_data / "wvs" / file)
    assert report.as_dict()["facts"] == {"respondents": respondents, "countries": [country], "items": items}
    assert report.warnings == ()
    published = json.loads((shared_data / "wvs/wvs7.shares.6_countries.json").read_text())
    compared = 0
    for item, answers in label_table().items():
        percents = published[item]["shares_percent"].get(name)
        if percents is not None:
            shares = _share(frame, item, country, weighted=False)
            expected = [percents.get(LETTERS[code], 0) / 100 for code in answers.codes]
            assert max(abs(a - b) for a, b in zip(shares, expected, strict=True)) < 0.005, item
            compared += 1
    assert compared == items


def test_numeric_codes_give_the_shares_of_the_labels(shared_data: Path, tmp_path: Path) -> None:
    excel = shared_data / "wvs/WVS_Wave_7_United_States_Excel.xlsx"
    sheet = fastexcel.read_excel(excel).load_sheet(0, dtypes="string").to_polars()
    sheet = sheet.rename({c: c.split(":")[0].strip() for c in sheet.columns})
    negative = {"Don't know": -1, "No answer": -2, "Not applicable": -3, "Not asked": -4, "Missing": -5}

    def coded(item: str) -> list[int]:
        codes = [code_of(cell, label_table()[item]) for cell in sheet[item]]
        return [negative[c] if isinstance(c, str) else int(c or 0) for c in codes]

    numeric = sheet.select("B_COUNTRY_ALPHA", "W_WEIGHT").with_columns(
        **{item: pl.Series(coded(item)) for item in label_table()}
    )
    numeric.sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "cross-national.csv")
    columns = ["item", "culture", "weighted", "n", "options", "distribution"]
    labels, _ = read_wvs(excel)
    numbers, report = read_wvs(tmp_path / "cross-national.csv", ["USA"])
    assert report.reader == "wvs-csv"
    assert numbers.select(columns).equals(labels.select(columns))
