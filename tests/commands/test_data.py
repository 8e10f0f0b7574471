from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from align_tasks.commands.main import build
from align_tasks.cultures import Culture
from align_tasks.data import tables
from align_tasks.errors import AlignError
from align_tasks.plugins import loading
from align_tasks.survey.survey import Answers, Item, Question, Survey

STRENGTH = "cue\tresponse\tR1\tN\tR1.Strength\n"
RED = (
    STRENGTH
    + "red\tcolor\t3\t6\t0.5\nred\tblood\t2\t6\t0.33\nred\t#Missing\t1\t6\t0.17\nread\tbook\t4\t4\t1\n"
)
WVS = "B_COUNTRY_ALPHA,W_WEIGHT,Q6,Q83\nJPN,1,1,1\nJPN,3,4,2\nUSA,1,2,1\n"


@pytest.fixture
def strength_file(tmp_path: Path) -> Path:
    path = tmp_path / "strength.SWOW-EN.R1.csv"
    path.write_text(RED)
    return path


@pytest.fixture
def wvs_file(tmp_path: Path) -> Path:
    path = tmp_path / "wvs.csv"
    path.write_text(WVS)
    return path


def _run(*arguments: str | Path) -> Result:
    app = build(loading.loaded())
    return CliRunner().invoke(app, ["data", *map(str, arguments)], catch_exceptions=True)


def _done(*arguments: str | Path) -> Result:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result


def _error(*arguments: str | Path) -> AlignError:
    result = _run(*arguments)
    assert isinstance(result.exception, AlignError), result.output
    return result.exception


def test_import_reports_to_stderr_and_json_to_stdout(data_home: Path, strength_file: Path) -> None:
    result = _done("import", "swow", strength_file, "--culture", "us", "--json")
    (stored,) = json.loads(result.stdout)
    assert (stored["kind"], stored["name"], stored["in"], stored["kept"]) == ("associations", "us", 4, 3)
    assert stored["dropped"] == {"#Missing": 1}
    assert "dropped: #Missing" in result.stderr
    assert "in the file" in result.stderr
    assert tables.read_associations("us").height == 3


def test_import_without_json_prints_nothing_on_stdout(data_home: Path, strength_file: Path) -> None:
    assert _done("import", "swow", strength_file, "--culture", "us").stdout == ""


def test_a_culture_of_ones_own_needs_its_language(data_home: Path, strength_file: Path) -> None:
    result = _run("import", "swow", strength_file, "--culture", "uk")
    assert result.exit_code == 2
    assert "--language" in result.stderr
    _done("import", "swow", strength_file, "--culture", "uk", "--language", "en")
    assert tables.provenance("associations", "uk")["language"] == "en"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--culture", "../x", "--language", "en"], "cannot name a culture"),
        (
            ["--culture", "US", "--language", "en"],
            "cannot name a culture",
        ),  # one file with us on some systems
        (["--culture", "us.old", "--language", "en"], "cannot name a culture"),
        (["--culture", "item", "--language", "en"], "cannot name a culture"),
        (["--culture", "", "--language", "en"], "cannot name a culture"),
        (["--culture", "hk", "--language", "ZH"], "no ISO 639-1 code"),
        (["--culture", "us", "--language", "zh"], "the language of culture 'us' is 'en', not 'zh'"),
    ],
)
def test_names_and_languages_that_would_mislead_are_wrong_usage(
    data_home: Path, options: list[str], reason: str
) -> None:
    """Told before the file is read: it is not there."""
    result = _run("import", "swow", "nowhere.csv", *options)
    assert result.exit_code == 2
    assert reason in " ".join(result.stderr.replace("│", " ").split())
    assert not data_home.exists()


def test_the_language_of_a_known_culture_follows(data_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "strength.SWOWZH.R1.csv"
    path.write_text(STRENGTH + "狗\t貓\t2\t2\t1\n")
    _done("import", "swow", path, "--culture", "zh")
    assert tables.read_associations("zh")["response"].to_list() == ["猫"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "swow", "FILE"],
        ["import", "norms", "FILE"],
        ["import", "wvs"],
        ["import", "swow", "FILE", "--culture", "us", "--position", "R9"],
        ["import", "nothing"],
        ["show", "us"],
        ["statements", "--culture", "us"],
        ["statements", "--culture", "us", "--output", "FILE", "--hold-out", "us"],
        ["statements", "--culture", "us", "--output", "FILE", "--hold-out", "us,us"],
    ],
)
def test_wrong_usage_exits_with_2(data_home: Path, strength_file: Path, arguments: list[str]) -> None:
    assert _run(*[str(strength_file) if a == "FILE" else a for a in arguments]).exit_code == 2


def test_a_reader_can_be_forced(data_home: Path, strength_file: Path) -> None:
    error = _error("import", "swow", strength_file, "--culture", "us", "--reader", "swow-responses")
    assert "no columns R2, R3" in error.problem


def test_survey_countries(data_home: Path, wvs_file: Path) -> None:
    result = _done("import", "wvs", wvs_file, "--country", "JPN", "--json")
    assert [entry["name"] for entry in json.loads(result.stdout)] == ["wvs7.JPN"]
    assert "no respondents of FRA" in _error("import", "wvs", wvs_file, "--country", "FRA").problem
    both = _done("import", "wvs", wvs_file, "--country", "JPN", "--country", "USA", "--json")
    assert [entry["name"] for entry in json.loads(both.stdout)] == ["wvs7.JPN", "wvs7.USA"]


def test_several_files_of_ratings(data_home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Word,Conc.M\nred,4\n")
    (tmp_path / "b.csv").write_text("Word,V.Mean.Sum,A.Mean.Sum\nred,6,5\n")
    result = _done("import", "norms", tmp_path / "a.csv", tmp_path / "b.csv", "--language", "en", "--json")
    assert [entry["name"] for entry in json.loads(result.stdout)] == ["en.brysbaert", "en.warriner"]
    assert tables.read_ratings("en").rows() == [("en", "red", 6, 5, 4)]


def test_what_was_stored_before_a_later_file_failed_is_reported(
    data_home: Path, wvs_file: Path, tmp_path: Path
) -> None:
    result = _run("import", "wvs", wvs_file, tmp_path / "nowhere.csv")
    assert isinstance(result.exception, AlignError)
    assert "Stored items/wvs7.JPN" in result.stderr


def test_list_tells_what_is_there_and_what_is_missing(data_home: Path, strength_file: Path) -> None:
    empty = _done("list")
    assert "No tables have been imported" in empty.stdout
    assert "align data import swow FILE --culture us" in empty.stderr
    _done("import", "swow", strength_file, "--culture", "us")
    told = json.loads(_done("list", "--json").stdout)
    (table,) = told["tables"]
    assert (table["kind"], table["name"], table["rows"]) == ("associations", "us", 3)
    assert table["facts"]["cues kept"] == 2
    assert len(table["source"]["sha256"]) == 64
    assert [entry["what"] for entry in told["missing"]] == [
        "associations of zh (SWOW-ZH)",
        "ratings in en",
        "ratings in zh",
    ]
    listed = _done("list").stdout
    assert "associations/us" in listed
    assert "2 cues" in listed


def test_list_tells_of_a_damaged_table_and_what_to_do(data_home: Path, strength_file: Path) -> None:
    _done("import", "swow", strength_file, "--culture", "us")
    (data_home / "associations" / "us.parquet").write_bytes(b"PAR1")
    assert "damaged or changed. Import it again." in " ".join(_done("list").stdout.split())


def test_list_cuts_nothing_on_a_narrow_terminal(
    data_home: Path, strength_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stored,) = json.loads(_done("import", "swow", strength_file, "--culture", "us", "--json").stdout)
    monkeypatch.setenv("COLUMNS", "40")
    (_, line, *_) = _done("list").stdout.splitlines()
    assert line.split()[:5] == ["associations/us", "3", "2", "cues", stored["fingerprint"]]


def test_bars_keep_their_proportions_on_a_narrow_terminal(
    data_home: Path, strength_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _done("import", "swow", strength_file, "--culture", "us")
    monkeypatch.setenv("COLUMNS", "40")
    lines = _done("show", "us", "red").stdout.splitlines()
    assert (lines[3].count("█"), lines[4].count("█")) == (13, 9)
    assert "…" not in "".join(lines)


def test_show_a_cue(data_home: Path, strength_file: Path) -> None:
    _done("import", "swow", strength_file, "--culture", "us")
    shown = _done("show", "us", " RED ").stdout
    lines = shown.splitlines()
    assert lines[0] == "red in us (strength.SWOW-EN.R1.csv)"
    assert lines[1] == "R1, n = 5, train split"
    assert lines[3].split()[:3] == ["color", "3", "0.600"]
    assert lines[4].split()[:3] == ["blood", "2", "0.400"]
    assert lines[3].count("█") == 40
    assert lines[4].count("█") == 27


def test_show_suggests_cues_that_look_alike(data_home: Path, strength_file: Path) -> None:
    _done("import", "swow", strength_file, "--culture", "us")
    error = _error("show", "us", "redd")
    assert "'redd' is not a cue in the norms of 'us'" in error.problem
    assert "red" in str(error.hint)


def test_show_suggests_items_whatever_their_case(data_home: Path) -> None:
    assert "Q6" in str(_error("show", "item", "q6").hint)


def test_show_without_norms_says_that_the_demo_set_is_nobodys(data_home: Path) -> None:
    assert "written by hand" in _done("show", "us", "ocean").stdout


def test_show_an_unknown_culture(data_home: Path, strength_file: Path) -> None:
    _done("import", "swow", strength_file, "--culture", "uk", "--language", "en")
    error = _error("show", "xx", "red")
    assert "no norms of culture 'xx'" in error.problem
    assert "There are: uk, us, zh." in str(error.hint)
    assert "align data import swow" in str(error.hint)


def test_show_an_item_with_every_country_at_hand(data_home: Path, wvs_file: Path) -> None:
    _done("import", "wvs", wvs_file)
    shown = _done("show", "item", "Q6").stdout
    assert "USA, published" in shown
    assert "CHN, published" in shown
    assert "JPN, imported (n = 2)" in shown
    assert "JPN, imported, weighted (n = 2)" in shown
    weighted = shown.split("JPN, imported, weighted")[1]
    assert "75.0%" in weighted
    assert "Very important" in weighted


def test_show_an_item_that_is_only_imported(data_home: Path, wvs_file: Path) -> None:
    assert "no survey item 'Q83'" in _error("show", "item", "Q83").problem
    _done("import", "wvs", wvs_file)
    shown = _done("show", "item", "Q83").stdout
    assert "A great deal" in shown
    assert "50.0%" in shown


def _item(item: str, options: list[str], shares: list[float], country: str = "KEN") -> dict[str, Any]:
    return {
        "item": item,
        "wave": "9",
        "culture": country,
        "language": "en",
        "question": "How is the economy?",
        "options": options,
        "scale": "ordinal",
        "distribution": shares,
        "n": 10,
        "weighted": False,
    }


def _store(table: str, *rows: dict[str, Any]) -> None:
    about = {"source": {"name": "x.csv", "sha256": "0" * 64}}
    tables.write_table("items", table, pl.DataFrame(rows, schema=tables.ITEMS), about)


def test_items_of_one_name_in_two_surveys_are_shown_apart(data_home: Path, wvs_file: Path) -> None:
    _done("import", "wvs", wvs_file)
    _store("afro.KEN", _item("Q6", ["Awful", "Fair", "Grand"], [0.7, 0.2, 0.1]))
    shown = _done("show", "item", "Q6").stdout
    wvs, afro = shown.split("\nQ6 How is the economy? (ordinal), afro\n")
    assert wvs.startswith("Q6 Importance in life: religion (ordinal), World Values Survey wave 7\n")
    assert ("JPN, imported" in wvs, "KEN" in wvs, "Awful" in wvs) == (True, False, False)
    assert [line.split()[:2] for line in afro.splitlines()[4:]] == [
        ["Awful", "70.0%"],
        ["Fair", "20.0%"],
        ["Grand", "10.0%"],
    ]
    assert _done("show", "item", "wvs7:Q6").stdout == wvs
    assert _done("show", "item", "afro:Q6").stdout == "Q6 How is the economy? (ordinal), afro\n" + afro
    assert "no survey item 'Q1'" in _error("show", "item", "afro:Q1").problem
    assert str(_error("show", "item", "afro:Q1").hint) == "There are: Q6."


def test_imported_shares_stand_beside_the_options_that_they_were_imported_with(data_home: Path) -> None:
    _store("wvs7.KEN", _item("Q6", ["Not at all", "Not very", "Rather", "Very"], [0.7, 0.2, 0.1, 0]))
    kenya = _done("show", "item", "Q6").stdout.split("KEN, imported (n = 10)\n")[1]
    assert kenya.splitlines()[1].split()[:4] == ["Not", "at", "all", "70.0%"]


class _Survey(Survey):
    """One item that asks for tea; published in us, to be imported elsewhere."""

    name, title = "tea1", "The tea survey"

    def __init__(self, language: str = "en", failing: str = "", error: Exception | None = None) -> None:
        self.language, self.failing, self.error = language, failing, error

    def _fail(self, method: str) -> None:
        if method == self.failing and self.error:
            raise self.error

    def items(self) -> dict[str, Item]:
        self._fail("items")
        return {"T1": Item("T1", "Tea", "ordinal", (1, 2))}

    def has_questions(self, language: str) -> bool:
        self._fail("has_questions")
        return language == self.language

    def questions(self, language: str) -> dict[str, Question]:
        self._fail("questions")
        return {"T1": Question("Tee?", ("Ja", "Nein"))}

    def answers(self, culture: Culture) -> dict[str, Answers]:
        self._fail("answers")
        raise AlignError(f"no tea in {culture.country}", hint="Ask for it.")

    def published(self, culture: Culture) -> dict[str, Answers]:
        self._fail("published")
        return {"T1": Answers((0.25, 0.75), (0, 1), None)} if culture.name == "us" else {}

    def source(self, culture: Culture) -> str:
        return ""


def test_a_survey_in_one_other_language_is_shown_in_it(data_home: Path, plugins: Any) -> None:
    plugins.register(surveys=[_Survey("zh")])
    shown = _done("show", "item", "T1").stdout.splitlines()
    assert shown[:2] == ["T1 Tea (ordinal), The tea survey", "Tee?"]
    assert [line.split()[:2] for line in shown[3:]] == [
        ["USA,", "published"],
        ["option", "share"],
        ["Ja", "25.0%"],
        ["Nein", "75.0%"],
    ]


@pytest.mark.parametrize("failing", ["items", "has_questions", "questions", "published"])
def test_a_survey_that_fails_is_named_and_the_others_are_shown(
    failing: str, data_home: Path, plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    without = _done("show", "item", "Q6").stdout
    _store("tea1.KEN", _item("T1", ["Yes", "No"], [0.5, 0.5]))
    plugins.register(surveys=[_Survey(failing=failing, error=KeyError("boom"))])
    with caplog.at_level(logging.WARNING):
        assert _done("show", "item", "Q6").stdout == without
        assert "KEN, imported" in _done("show", "item", "T1").stdout
        assert "Q60" in str(_error("show", "item", "Q600").hint)
    told = {message.partition(", asked for")[0] for message in caplog.messages}
    assert {message.partition(" fails")[0] for message in told} == {
        "plugin 'mine' (align-mine 1.0): its survey 'tea1'"
    }
    assert "KeyError: 'boom'. Update it, or take it out: pip uninstall align-mine" in caplog.text


@pytest.mark.parametrize("failing", ["has_questions", "answers"])
def test_a_survey_that_fails_is_named_and_the_rest_is_listed(
    failing: str, data_home: Path, plugins: Any, caplog: pytest.LogCaptureFixture
) -> None:
    without = _done("list", "--json").stdout
    plugins.register(surveys=[_Survey(failing=failing, error=ValueError("boom"))])
    with caplog.at_level(logging.WARNING):
        assert _done("list", "--json").stdout == without
    assert caplog.messages[0] == (
        "plugin 'mine' (align-mine 1.0): its survey 'tea1', asked for USA, fails: ValueError: boom. "
        "Update it, or take it out: pip uninstall align-mine"
    )


def test_missing_answers_are_told_with_the_reason_for_every_culture_that_a_survey_asks(
    data_home: Path, plugins: Any
) -> None:
    class Everybody(_Survey):
        def asks(self, culture: Culture) -> bool:
            return True

    def told() -> list[str]:
        return [line for line in _done("list").stderr.splitlines() if "tea" in line]

    plugins.register(surveys=[_Survey("en")])
    assert told() == ["answers of USA (The tea survey): no tea in USA. Ask for it."]
    plugins.register(surveys=[Everybody("en")])
    assert told() == [
        "answers of USA (The tea survey): no tea in USA. Ask for it.",
        "answers of CHN (The tea survey): no tea in CHN. Ask for it.",
    ]


def test_markup_in_data_is_text(data_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "strength.csv"
    path.write_text(STRENGTH + "re[bold]d\t[red]x[/red]y\t3\t3\t1\n")
    _done("import", "swow", path, "--culture", "us")
    assert "red]x[/red]y" in _done("show", "us", "re[bold]d").stdout


@pytest.mark.parametrize(
    "arguments", [["import", name] for name in ("swow", "wvs", "norms")] + [["list"], ["show"]]
)
def test_help_has_an_example(arguments: list[str]) -> None:
    assert "align data " + arguments[0] in " ".join(_done(*arguments, "--help").stdout.split())


def test_the_command_exits_with_1_and_one_reason(data_home: Path, tmp_path: Path) -> None:
    page = tmp_path / "strength.csv"
    page.write_text("<!DOCTYPE html><html>log in</html>")
    done = _align("data", "import", "swow", page, "--culture", "us")
    assert done.returncode == 1
    assert "align: strength.csv is a web page" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_error_that_nobody_foresaw_is_one_reason_too(data_home: Path) -> None:
    with Path("/dev/full").open("w") if Path("/dev/full").exists() else pytest.skip("no /dev/full") as full:
        done = _align("data", "list", stdout=full)
        assert done.returncode == 1
        assert "align: OSError: [Errno 28] No space left on device" in done.stderr
        assert "align --debug" in done.stderr
        assert "Traceback" not in done.stderr
        assert "Traceback" in _align("--debug", "data", "list", stdout=full).stderr


def test_a_file_without_permission_fails_as_a_missing_one_does(
    data_home: Path, tmp_path: Path, strength_file: Path
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    strength_file.chmod(0)
    assert "Permission denied" in _error("import", "swow", strength_file, "--culture", "us").problem


def test_words_that_an_encoding_lacks_are_shown_as_escapes(data_home: Path) -> None:
    done = _align("data", "show", "zh", "红色", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.startswith("\\u7ea2\\u8272 in zh")
    assert done.stdout.splitlines()[3].endswith("#" * 40)


def _align(
    *arguments: str | Path, stdout: Any = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "align_tasks", *map(str, arguments)],
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def test_statements_hold_out_what_is_asked_later(tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    told = _done("statements", "--culture", "zh", "--leave-out", "Q91", "--output", file).stderr
    assert told == f"Wrote 112 items to {file}; 50 are held out.\n"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 112
    record = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert (record["tension_sets_held_out"], record["left_out"]) == (["us-zh"], ["Q91"])


def test_statements_of_a_culture_without_sentences_are_refused(tmp_path: Path) -> None:
    told = _error("statements", "--culture", "uk", "--output", tmp_path / "s.jsonl")
    assert "unknown culture 'uk'" in str(told)
