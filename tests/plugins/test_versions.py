"""A plugin and an align-tasks that are not made for each other: which is the older one, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.plugins import fitting

MOVED = "it needs the module 'align_tasks.survey.moved_away', which is not installed"
OUT = "pip uninstall align-test-moved-away"
NEWER = "Update align-tasks (pip install --upgrade 'align-tasks{}'), or take the plugin out: " + OUT
OLDER = "Update the plugin (pip install --upgrade align-test-moved-away), or take it out: " + OUT
BOTH = "Update both (pip install --upgrade align-tasks align-test-moved-away), or take the plugin out: " + OUT


@pytest.fixture
def asking(
    align: Any, folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Warnings of align-tasks 0.2.1 where a package's metadata ask for certain versions of it."""
    monkeypatch.setattr(fitting, "__version__", "0.2.1")

    def warnings(package: str, asked: str, *command: str | Path) -> list[str]:
        copy = shutil.copytree(folders[package], tmp_path / package)
        metadata = copy / f"align_test_{package}-1.0.dist-info" / "METADATA"
        text = metadata.read_text().replace("Requires-Dist: align-tasks", f"Requires-Dist: {asked}")
        metadata.write_text(text)
        align.install(copy)
        return list(align.run(*command or ("data", "list")).warnings)

    return warnings


@pytest.mark.parametrize(
    ("asked", "versions", "fix"),
    [
        ("align-tasks<0.4,>=0.3", ">=0.3,<0.4", NEWER.format(">=0.3,<0.4")),
        ("Align_Tasks (>0.2.1)", ">0.2.1", NEWER.format(">0.2.1")),
        ("align.tasks ~=0.3; python_version > '3'", "~=0.3", NEWER.format("~=0.3")),
        ("align-tasks==0.3.*", "==0.3.*", NEWER.format("==0.3.*")),
        ("align-tasks<0.2,>=0.1", ">=0.1,<0.2", OLDER),
        ("align-tasks==0.2.0", "==0.2.0", OLDER),
        ("align-tasks!=0.2.1", "!=0.2.1", OLDER),
    ],
)
def test_where_metadata_exclude_the_installed_version_that_is_told_first(
    asked: str, versions: str, fix: str, asking: Any
) -> None:
    (warning,) = asking("moved_away", asked)
    assert warning == (
        "plugin 'moved_away' (align-test-moved-away 1.0) is left out: it is made for align-tasks "
        f"{versions}, and 0.2.1 is installed: {MOVED}. {fix}"
    )


@pytest.mark.parametrize(
    "asked",
    [
        "align-tasks<0.3,>=0.2",
        "align-tasks>=0.3; extra == 'more'",
        "align-tasks>=0.3; python_version < '3'",
        "align-tasks-more>=0.3",
        "align-tasks at least 0.3",
    ],
)
def test_where_they_do_not_either_may_be_the_older_one(asked: str, asking: Any) -> None:
    (warning,) = asking("moved_away", asked)
    assert warning == (
        "plugin 'moved_away' (align-test-moved-away 1.0) is left out: it and align-tasks 0.2.1 do not fit "
        f"together: {MOVED}. {BOTH}"
    )


def test_a_plugin_that_works_is_not_told_whatever_its_metadata_ask_for(asking: Any) -> None:
    assert asking("good", "align-tasks>=0.3") == []


@pytest.mark.parametrize("name", ["missing_package", "syntax_error", "unknown_language", "hook_exception"])
def test_versions_that_do_not_fit_are_told_before_any_other_problem(name: str, asking: Any) -> None:
    (warning,) = asking(name, "align-tasks>=0.3")
    assert ": it is made for align-tasks >=0.3, and 0.2.1 is installed: " in warning
    assert "Update align-tasks (pip install --upgrade 'align-tasks>=0.3')" in warning


def test_they_are_told_before_a_failure_in_use(asking: Any, tmp_path: Path) -> None:
    (tmp_path / "diary.csv").write_text("day,weather\n1,rain\n")
    command = ("data", "import", "swow", tmp_path / "diary.csv", "--culture", "us")
    (warning,) = asking("failing_reader", "align-tasks>=0.3", *command)
    assert warning.startswith(
        "plugin 'failing_reader' (align-test-failing-reader 1.0): it is made for align-tasks >=0.3, and "
        "0.2.1 is installed: its reader 'shaky' fails: ValueError: diary.csv is not what I expected. Update"
    )
