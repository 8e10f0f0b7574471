"""Plugins that load and fail only when they are used: the work goes on, and the plugin is named."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from align_tasks import __version__
from align_tasks.data import tables
from align_tasks.errors import AlignError
from align_tasks.scores.association import WrittenAssociations
from align_tasks.scores.scorer import Scorer

STRENGTH = "cue\tresponse\tR1\tN\tR1.Strength\nred\tblue\t3\t3\t1\n"
OUT = "Update it, or take it out: pip uninstall"


@pytest.fixture
def strength_file(tmp_path: Path) -> Path:
    path = tmp_path / "strength.SWOW-EN.R1.csv"
    path.write_text(STRENGTH)
    return path


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary.csv"
    path.write_text("day,weather\n1,rain\n")
    return path


SHAKY = (
    "plugin 'failing_reader' (align-test-failing-reader 1.0): its reader 'shaky' fails: ValueError: "
    "{name} is not what I expected. " + OUT + " align-test-failing-reader"
)


def test_files_that_the_package_knows_are_imported_beside_a_reader_that_fails(
    align: Any, strength_file: Path
) -> None:
    align.install("failing_reader")
    done = align.run("data", "import", "swow", strength_file, "--culture", "us")
    assert (done.status, done.warnings) == (0, [])
    assert tables.read_associations("us").height == 1


def test_a_reader_that_fails_is_named_and_the_next_one_asked(align: Any, tmp_path: Path) -> None:
    align.install("failing_reader", "good")
    (tmp_path / "holiday.postcard").write_text(STRENGTH.replace("cue", "place"))
    done = align.run("data", "import", "swow", tmp_path / "holiday.postcard", "--culture", "gb")
    assert done.warnings == [SHAKY.format(name="holiday.postcard")]
    assert "align: holiday.postcard is a postcard of gb, which holds no associations" in done.err


def test_where_no_reader_is_left_the_file_is_told_as_ever(
    align: Any, diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("data", "import", "swow", diary, "--culture", "us")
    without = align.run(*arguments)
    align.install("failing_reader")
    done = align.run(*arguments)
    assert (done.status, done.warnings) == (1, [SHAKY.format(name="diary.csv")])
    assert done.err == without.err.rstrip("\n") + "; shaky: all\n"
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    strict = align.run(*arguments)
    assert (strict.status, strict.warnings) == (1, [])
    assert f"align: {SHAKY.format(name='diary.csv')}\n  (ALIGN_STRICT_PLUGINS is set)\n" in strict.err


def test_a_task_that_cannot_tell_whom_it_applies_to_is_left_out(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = align.run("tasks").out
    align.install("failing_task")
    done = align.run("tasks")
    told = (
        f"plugin 'failing_task' (align-test-failing-task 1.0): it and align-tasks {__version__} do not fit "
        "together: one of its tasks fails: AttributeError: 'Culture' object has no attribute 'population'. "
        "Update both (pip install --upgrade align-tasks align-test-failing-task), or take the plugin out: "
        "pip uninstall align-test-failing-task"
    )
    assert (done.status, done.out, done.warnings) == (0, without, [told])
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    strict = align.run("tasks")
    assert (strict.status, strict.err) == (1, f"align: {told}\n  (ALIGN_STRICT_PLUGINS is set)\n")


ANSWER = WrittenAssociations("red", "en", ("blue", "rose"), ("blue", "blood"), (0.5, 0.5, 0.5), 0.5)
NOT_THERE = (
    "plugin 'failing_metric' (align-test-failing-metric 1.0): its metric 'is_not_there' fails: the function "
    "'align_test_failing_metric:nothing' cannot be imported: AttributeError: module "
    f"'align_test_failing_metric' has no attribute 'nothing'. {OUT} align-test-failing-metric"
)


def test_a_metric_that_fails_gives_no_number_and_the_others_are_as_ever(align: Any) -> None:
    align.load()
    without = Scorer("association").scores(ANSWER)
    align.install("failing_metric")
    align.load()
    scorer = Scorer("association")
    scores = scorer.scores(ANSWER)
    assert math.isnan(scores.pop("always_fails"))
    assert scores.pop("cannot_describe") == 2
    assert scores == without
    scorer.scores(ANSWER)
    Scorer("association")  # as of a second task, which tells nothing twice
    failed = (
        "the metric 'always_fails' of plugin 'failing_metric' (align-test-failing-metric 1.0) failed and is "
        "NaN: ZeroDivisionError: no words"
    )
    assert align.warnings() == [NOT_THERE, failed]


def test_a_metric_that_cannot_describe_itself_is_named_and_the_task_is_built(align: Any) -> None:
    align.install("failing_metric")
    align.load()
    assert Scorer("association").describe({}) == {}
    described = (
        "plugin 'failing_metric' (align-test-failing-metric 1.0): the description of its metric "
        f"'cannot_describe' fails: ZeroDivisionError: no words. {OUT} align-test-failing-metric"
    )
    assert align.warnings() == [NOT_THERE, described]


def test_where_problems_are_errors_a_metric_that_is_not_there_is_one(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("failing_metric")
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    align.load()
    with pytest.raises(AlignError) as told:
        Scorer("association")
    assert told.value.problem == NOT_THERE


LOAD_TASKS = """
import json
from align_tasks.evaluation import task_manager

tasks = task_manager({"norms": "demo"}).load(["swow_us", "wvs_zh"])["tasks"]
print(json.dumps({name: task.config.metadata["data_fingerprint"] for name, task in tasks.items()}))
"""


def test_lm_eval_loads_tasks_beside_metrics_and_tasks_that_fail(process: Any) -> None:
    without = process([], "-c", LOAD_TASKS)
    beside = process(["failing_metric", "failing_task", "bad_files", "prints", "odd_names"], "-c", LOAD_TASKS)
    assert without.returncode == 0, without.stderr
    assert json.loads(beside.stdout) == json.loads(without.stdout)
    assert beside.stderr.count("its metric 'is_not_there' fails") == 1
    assert beside.stderr.count("one of its tasks fails") == 1


def test_files_of_a_culture_that_are_malformed_are_told_where_they_are_read(align: Any) -> None:
    align.install("bad_files")
    for command in (("data", "list"), ("tasks",), ("plugins",), ("data", "show", "us", "red")):
        assert align.run(*command).status == 0, command
    done = align.run("data", "show", "bf", "red")
    assert (done.status, done.err) == (1, "align: demo.tsv, line 2: not a cue, a tab and responses\n")


def test_answers_of_a_culture_that_are_malformed_take_no_other_answers_away(align: Any) -> None:
    without = align.run("data", "show", "item", "Q6").out
    align.install("bad_files")
    done = align.run("data", "show", "item", "Q6")
    assert (done.status, done.out) == (0, without)
    (warning,) = done.warnings
    assert warning.startswith("plugin 'bad_files' (align-test-bad-files 1.0): its culture 'bf' fails: ")
    assert "answers.json is no JSON" in warning


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_names_that_look_like_markup_are_shown_as_they_are(
    width: str, align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("odd_names")
    monkeypatch.setenv("COLUMNS", width)
    done = align.run("plugins")
    assert (done.status, done.err) == (0, "")
    shown = done.out.partition("odd_names 1.0 (align-test-odd-names): loaded\n")[2].splitlines()
    assert [line.split() for line in shown[:2]] == [["readers", "[/bold]"], ["trainers", "[on", "red]"]]
    assert align.run("train").out == "[on red]: [/red]\n"
    listed = align.run("train", "--help")
    assert (listed.status, "│ [on red]  [/red] " in listed.out) == (0, True)
    assert "[/bold]: [link=x]" in align.run("data", "import", "[red]", "--help").out


def test_the_list_of_plugins_fits_its_terminal_and_is_padded_nowhere(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("good", "clash_one", "clash_two", "asks_too_early", "prints")
    for width in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = align.run("plugins").out.splitlines()
        inside = [line for line in lines if line.startswith(" ")]
        assert [line for line in lines if line != line.rstrip()] == []
        assert [line for line in inside if len(line) > width and " " in line[13:].strip()] == []


def test_the_list_of_plugins_groups_metrics_and_names_tasks_once(align: Any) -> None:
    (own,) = json.loads(align.run("plugins", "--json").out)
    assert own["adds"]["tasks"].count("wvs_tension") == 1
    assert {"swow_us", "swow_{culture}"} <= set(own["adds"]["tasks"])
    lines = align.run("plugins").out.splitlines()
    assert lines[0].endswith("(align-tasks): loaded")
    assert "             ranking: spearman, spearman_human, spearman_paper, invalid," in lines
    assert "               complete" in lines
