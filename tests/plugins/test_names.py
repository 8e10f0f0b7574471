"""Names that two plugins claim, and the choice of plugins by ``ALIGN_LOAD_PLUGINS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from align_tasks.cultures import Culture
from align_tasks.readers.reader import Reader
from align_tasks.scores.metric import Metric
from align_tasks.task_folder import task_folder
from align_tasks.tasks.offers import CultureTask, TaskFolder, TensionSet

MODULES = ("align_test_good", "align_test_prints", "align_test_wrong_type")


def _clash(kind: str, name: str, own: str, other: str) -> str:
    """The warning for `own`, both told as entry point and distribution."""
    (own_name, distribution), (other_name, other_distribution) = own.split(), other.split()
    return (
        f"plugin '{own_name}' ({distribution} 1.0) is left out: the {kind} '{name}' is also claimed by "
        f"plugin '{other_name}' ({other_distribution} 1.0). Take one out (pip uninstall {distribution}), "
        "or name those to load in ALIGN_LOAD_PLUGINS."
    )


def test_of_two_that_claim_one_name_neither_wins_and_each_is_told_with_the_other(align: Any) -> None:
    align.install("clash_one", "clash_two", "good")
    done = align.run("data", "list")
    one, two = "clash_one align-test-clash-one", "clash_two align-test-clash-two"
    assert done.warnings == [_clash("culture", "cc", one, two), _clash("culture", "cc", two, one)]
    assert done.status == 0
    registry = align.load().registry
    assert list(registry.cultures) == ["us", "zh", "gb"]
    assert "survey: contested" not in registry.metrics


@pytest.mark.parametrize(("chosen", "country"), [("clash_one", "ONE"), ("align-test-clash-two", "TWO")])
def test_the_one_that_is_named_works(
    chosen: str, country: str, align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("clash_one", "clash_two")
    monkeypatch.setenv("ALIGN_LOAD_PLUGINS", chosen)
    assert align.run("data", "list").warnings == []
    registry = align.load().registry
    assert registry.cultures["cc"].country == country
    assert "survey: contested" in registry.metrics


def test_where_problems_are_errors_a_clash_is_one(align: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    align.install("clash_one", "clash_two")
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    done = align.run("data", "list")
    one, two = "clash_one align-test-clash-one", "clash_two align-test-clash-two"
    both = f"{_clash('culture', 'cc', one, two)}\n  {_clash('culture', 'cc', two, one)}"
    assert (done.status, done.err) == (1, f"align: {both}\n  (ALIGN_STRICT_PLUGINS is set)\n")


def test_packages_whose_entry_points_have_one_name_clash_and_are_chosen_by_package(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("same_name_one", "same_name_two")
    one, two = "same_name align-test-same-name-one", "same_name align-test-same-name-two"
    warnings = align.run("data", "list").warnings
    assert warnings == [_clash("plugin", "same_name", one, two), _clash("plugin", "same_name", two, one)]
    monkeypatch.setenv("ALIGN_LOAD_PLUGINS", "align-test-same-name-two")
    assert list(align.load().registry.cultures) == ["us", "zh", "same-two"]


def test_a_plugin_that_is_left_out_anyway_takes_no_name_from_another(plugins: Any) -> None:
    broken = plugins.origin("broken", cultures=[Culture("uk", "xx", "GBR")])
    found = plugins.use(broken, plugins.origin("sound", cultures=[Culture("uk", "en", "GBR")]))
    assert [plugin.status for plugin in found.plugins] == ["loaded", "left out", "loaded"]
    assert "needs the language 'xx'" in found.problems()[0]


def test_what_rests_on_a_plugin_that_clashes_is_left_out_with_it(plugins: Any) -> None:
    """And is told what it lacks."""
    one = plugins.origin("one", cultures=[Culture("uk", "en", "GBR")])
    two = plugins.origin("two", cultures=[Culture("uk", "en", "GBR")])
    third = plugins.origin("third", tasks=[TensionSet(("us", "uk"))])
    found = plugins.use(one, two, third)
    assert [plugin.kept for plugin in found.plugins] == [True, False, False, False]
    assert "it needs the culture 'uk', which no plugin in use brings" in found.problems()[2]


def test_tasks_of_a_culture_clash_with_those_that_a_folder_defines(plugins: Any, tmp_path: Path) -> None:
    (tmp_path / "any.yaml").write_text("group: 'swow_uk_rank'\n")
    folder = plugins.origin("folder", tasks=[TaskFolder(tmp_path)])
    found = plugins.use(plugins.origin("uk", cultures=[Culture("uk", "en", "GBR")]), folder)
    assert [plugin.kept for plugin in found.plugins] == [True, False, False]
    assert "the task 'swow_uk_rank' is also claimed by plugin 'folder'" in found.problems()[0]


def _reader(name: str, source: str, kind: Any) -> Reader:
    table = {"associations": "{culture}", "items": "beans.{culture}"}[kind]
    return Reader(
        name,
        source=source,
        kind=kind,
        describes="beans",
        recognises=len,
        read=len,
        licence="CC0",
        table=table,
    )


def test_readers_that_give_one_source_another_kind_clash(plugins: Any) -> None:
    one = plugins.origin("one", readers=[_reader("counted", "beans", "items")])
    two = plugins.origin("two", readers=[_reader("named", "beans", "associations")])
    found = plugins.use(one, two)
    assert "beans" not in {reader.source for reader in found.registry.readers.values()}
    told = "plugin {0!r} (align-{0} 1.0) is left out: the source 'beans' is also claimed by plugin {1!r}"
    assert found.problems()[0].startswith(told.format("one", "two"))
    assert found.problems()[1].startswith(told.format("two", "one"))


def test_readers_of_one_kind_share_a_source(plugins: Any) -> None:
    one = plugins.origin("one", readers=[_reader("counted", "beans", "items")])
    two = plugins.origin("two", readers=[_reader("weighed", "beans", "items")])
    found = plugins.use(one, two, plugins.origin("us", readers=[_reader("told", "swow", "associations")]))
    assert found.problems() == []
    assert {"counted", "weighed", "told"} <= set(found.registry.readers)


def test_a_reader_that_gives_a_source_of_ours_another_kind_is_left_out(plugins: Any) -> None:
    fitting = plugins.origin("fitting", readers=[_reader("told", "swow", "associations")])
    found = plugins.use(fitting, plugins.origin("odd", readers=[_reader("counted", "swow", "items")]))
    (told,) = found.problems()
    assert "plugin 'odd' (align-odd 1.0) is left out: the source 'swow' is a name of align-tasks" in told
    assert "told" in found.registry.readers


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("us_rank", "the task 'swow_us_rank' is a name of align-tasks itself"),
        ("us_human", "the metric 'tension: distance_us_human' is a name of align-tasks itself"),
    ],
)
def test_a_culture_whose_name_makes_one_of_ours_is_left_out(name: str, told: str, plugins: Any) -> None:
    found = plugins.register(cultures=[Culture(name, "en", "USA", norms="Norms")])
    assert told in found.problems()[0]


def test_a_metric_that_would_take_the_place_of_one_of_ours_is_left_out(plugins: Any) -> None:
    found = plugins.register(metrics=[Metric("tension", "us_aligned", lambda answer: 42.0)])
    assert "the metric 'tension: us_aligned' is a name of align-tasks itself" in found.problems()[0]


def test_tasks_that_two_plugins_offer_to_each_culture_clash(plugins: Any, tmp_path: Path) -> None:
    (tmp_path / "_poems").write_text("")
    task = CultureTask("poems_{culture}", tmp_path / "_poems")
    found = plugins.use(plugins.origin("one", tasks=[task]), plugins.origin("two", tasks=[task]))
    assert [plugin.kept for plugin in found.plugins] == [True, False, False]


def test_metrics_of_one_name_clash_within_a_kind_only(plugins: Any) -> None:
    survey = plugins.origin("a", metrics=[Metric("survey", "words", len)])
    ranking = plugins.origin("b", metrics=[Metric("ranking", "words", len)])
    assert plugins.use(survey, ranking).problems() == []
    found = plugins.use(survey, plugins.origin("c", metrics=[Metric("survey", "words", len)]))
    assert "the metric 'survey: words' is also claimed by plugin 'c'" in found.problems()[0]


def test_task_files_of_one_name_in_two_folders_are_both_there(
    plugins: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of tasks are whose they are; names of files are nobody's."""
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    origins = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "swow_us.yaml").write_text(f"task: {name}\n")
        (tmp_path / name / "common.yaml").write_text("output_type: generate_until\n")
        origins.append(plugins.origin(name, tasks=[TaskFolder(tmp_path / name)]))
    assert plugins.use(*origins).problems() == []
    known = TaskManager(include_path=str(task_folder()), include_defaults=False).all_tasks
    assert {"one", "two", "swow_us"} <= set(known)


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        ("", []),
        (" , ", []),
        ("good", ["good"]),
        ("align-test-good", ["good"]),
        ("prints, good", ["good", "prints"]),
        (None, ["good", "prints", "wrong_type"]),
    ],
)
def test_the_plugins_that_are_named_are_loaded_and_no_others_imported(
    chosen: str | None, taken: list[str], align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("good", "wrong_type", "prints")
    if chosen is not None:
        monkeypatch.setenv("ALIGN_LOAD_PLUGINS", chosen)
    assert [plugin.origin.name for plugin in align.load().plugins] == ["align_tasks", *taken]
    assert {f"align_test_{name}" for name in taken} == {name for name in MODULES if name in sys.modules}


def test_those_that_are_not_named_are_listed_as_such(align: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    align.install("good", "wrong_type", "prints")
    monkeypatch.setenv("ALIGN_LOAD_PLUGINS", "good")
    done = align.run("plugins", "--json")
    listed = {plugin["name"]: plugin for plugin in json.loads(done.out)}
    assert list(listed) == ["align_tasks", "good", "prints", "wrong_type"]
    assert listed["prints"] == {
        "name": "prints",
        "distribution": "align-test-prints",
        "version": "1.0",
        "status": "not selected",
        "hooks": [],
        "adds": {},
        "problem": None,
        "fix": None,
    }
    assert done.warnings == []
    assert align.run("plugins").out.splitlines()[-2:] == [
        "prints 1.0 (align-test-prints): not selected",
        "wrong_type 1.0 (align-test-wrong-type): not selected",
    ]


def test_a_name_that_no_plugin_has_is_told_with_those_there_are(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("good", "wrong_type")
    monkeypatch.setenv("ALIGN_LOAD_PLUGINS", "good,goood")
    told = "ALIGN_LOAD_PLUGINS names 'goood', and no such plugin is installed. Installed: good, wrong_type"
    assert align.run("greet").warnings == [told]
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    done = align.run("greet")
    assert (done.status, done.err) == (1, f"align: {told}\n  (ALIGN_STRICT_PLUGINS is set)\n")
    assert align.run("plugins").status == 0


@pytest.mark.parametrize("word", ["", "0", "false", "No"])
def test_words_that_deny_leave_problems_warnings(
    word: str, align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("wrong_type")
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", word)
    assert (align.run("train").status, len(align.warnings())) == (0, 1)


def test_the_real_command_clashes_as_well(process: Any) -> None:
    done = process(["clash_one", "clash_two"], "-m", "align_tasks", "train")
    one, two = "clash_one align-test-clash-one", "clash_two align-test-clash-two"
    warnings = [_clash("culture", "cc", one, two), _clash("culture", "cc", two, one)]
    *warned, none = done.stderr.splitlines()
    assert warned == [f"WARNING {told}" for told in warnings]
    assert none.startswith("No trainer is installed. Install ours: pip install align-trainers")
