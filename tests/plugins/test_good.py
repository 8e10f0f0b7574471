"""Packages as they should be: what is installed works at once, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest

from align_tasks.plugins import loading

ADDED = {
    "cultures": ["gb"],
    "readers": ["postcards"],
    "metrics": ["association: words"],
    "tasks": ["postcards"],
    "rewards": ["brevity"],
    "trainers": ["copy"],
    "commands": ["greet"],
}


def test_what_a_plugin_adds_is_there_at_once(align: Any) -> None:
    align.install("good")
    done = align.run("plugins", "--json")
    _, good = json.loads(done.out)
    assert good["adds"] == ADDED
    assert good["hooks"] == [f"register_{kind}" for kind in ADDED]
    assert (good["status"], good["problem"], good["fix"], done.warnings) == ("loaded", None, None, [])
    assert align.run("greet", "--name", "Ada").out == "Hello Ada\n"
    assert align.run("train").out == "copy: Copies nothing.\n"
    assert "copy  Copies nothing." in align.run("train", "--help").out
    shown = align.run("train", "copy", "--show-recipe", "--recipe", "twice").out
    assert shown == "# How many times. (a whole number at least 0)\nsteps: 2\n"
    assert "associations of gb (SWOW-GB): not imported." in align.run("data", "list").err
    assert align.run("data", "show", "gb", "red").out.splitlines()[3].split()[:2] == ["blue", "36"]
    assert "- postcards: postcards" in align.run("data", "import", "swow", "--help").out
    assert {"postcards", "swow_gb", "swow_gb_rank", "wvs_gb"} <= set(align.run("tasks").out.splitlines())


def test_a_reader_is_asked_about_files_that_the_package_does_not_know(align: Any, tmp_path: Path) -> None:
    align.install("good")
    (tmp_path / "greetings.postcard").write_text("Wish you were here")
    done = align.run("data", "import", "swow", tmp_path / "greetings.postcard", "--culture", "gb")
    assert (done.status, "is a postcard of gb, which holds no associations" in done.err) == (1, True)


def test_a_trainer_is_given_the_recipe_of_its_file_and_its_flags(align: Any, tmp_path: Path) -> None:
    align.install("good")
    job = ("train", "copy", "--model", "org/model", "--culture", "gb", "--output", tmp_path / "out")
    for flags, times in ((("--recipe", "twice"), 2), (("--recipe", "twice", "--steps", "5"), 5), ((), 1)):
        done = align.run(*job, *flags)
        assert (done.status, done.err) == (1, f"align: there is nothing to copy {times} times\n")


def test_threads_wait_for_the_first_that_loads(align: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    align.install("good")
    align.start()
    begun, load, found = threading.Barrier(4), loading.load, []

    def load_slowly(*arguments: Any) -> loading.Loaded:
        time.sleep(0.1)
        return load(*arguments)

    def ask() -> None:
        begun.wait()
        found.append(loading.registry())

    monkeypatch.setattr(loading, "load", load_slowly)
    threads = [threading.Thread(target=ask) for _ in range(begun.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == begun.parties
    assert {id(registry) for registry in found} == {id(loading.registry())}
    assert "gb" in loading.registry().cultures


def test_a_culture_may_be_in_the_language_of_another_plugin(align: Any) -> None:
    align.install("sweden", "swedish")
    assert align.run("tasks").warnings == []
    assert {"wvs_tension_se_us", "wvs_tension_se_us_se"} <= set(align.run("tasks").out.splitlines())
    assert align.load().registry.cultures["se"].language == "sv"


def test_what_another_plugin_needs_goes_when_that_plugin_is_not_loaded(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("sweden", "swedish")
    monkeypatch.setenv("ALIGN_LOAD_PLUGINS", "sweden")
    (warning,) = align.run("data", "list").warnings
    assert "plugin 'sweden' (align-test-sweden 1.0) is left out: it needs the language 'sv'" in warning


def test_the_real_command_has_what_was_installed_until_it_is_uninstalled(process: Any) -> None:
    assert process(["good"], "-m", "align_tasks", "greet").stdout == "Hello you\n"
    gone = process([], "-m", "align_tasks", "greet")
    assert (gone.returncode, "No such command 'greet'" in gone.stderr) == (2, True)


def test_pip_installs_the_same_files_and_entry_points(folders: dict[str, Path], tmp_path: Path) -> None:
    """So that what these tests see is what a user sees."""
    package = Path(__file__).parent / "packages" / "good"
    wheels, target = tmp_path / "wheels", tmp_path / "target"
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(package))
    (wheel,) = wheels.glob("*.whl")
    _pip("install", "--no-deps", "--no-index", "--no-compile", "--target", str(target), str(wheel))
    unpacked, installed = _files(folders["good"]), _files(target)
    added = {file.rpartition("/")[2] for file in installed.keys() - unpacked.keys()}
    assert added <= {"INSTALLER", "REQUESTED", "direct_url.json"}
    assert {name for name, content in unpacked.items() if installed[name] != content} <= {
        "align_test_good-1.0.dist-info/RECORD"
    }


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_package_that_is_on_the_path_twice_is_one(
    align: Any, folders: dict[str, Path], tmp_path: Path
) -> None:
    copy = shutil.copytree(folders["good"], tmp_path / "copy")
    align.install("good", "good", copy)
    found = align.load()
    assert [plugin.origin.name for plugin in found.plugins] == ["align_tasks", "good"]
    assert found.problems() == []


def test_metadata_without_its_module_are_told(align: Any, folders: dict[str, Path], tmp_path: Path) -> None:
    copy = shutil.copytree(folders["good"], tmp_path / "copy")
    shutil.rmtree(copy / "align_test_good")
    align.install(copy)
    (warning,) = align.run("data", "list").warnings
    assert "plugin 'good' (align-test-good 1.0) is left out: its module 'align_test_good' is not" in warning
    assert "pip install --force-reinstall align-test-good" in warning


def test_a_module_whose_metadata_are_half_gone_is_told_by_its_own_name(
    align: Any, folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(folders["wrong_type"], tmp_path / "copy")
    (copy / "align_test_wrong_type-1.0.dist-info" / "METADATA").unlink()
    align.install(copy)
    told = "plugin 'wrong_type' (align_test_wrong_type ?) is left out: its hook register_cultures failed: "
    (warning,) = align.run("data", "list").warnings
    assert warning.startswith(told)
    monkeypatch.setattr(Distribution, "metadata", property(_raise))  # as later versions of Python may
    (warning,) = align.run("data", "list").warnings
    assert warning.startswith(told)


def _raise(distribution: Distribution) -> None:
    raise LookupError("no METADATA")
