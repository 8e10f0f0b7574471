"""`align plugins new`: what it writes is built, installed and run as a stranger's package is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from align_tasks.commands.plugins import app
from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.plugins import new
from align_tasks.prompts import CHINESE, ENGLISH
from align_tasks.survey.wvs7 import FOLDER
from align_tasks.task_folder import own_folder

TASK = ("align-manners",)
KOREA = ("align-korea", "--culture", "kr", "--language", "ko", "--country", "KOR")
BRITAIN = ("align-britain", "--culture", "uk", "--language", "en", "--country", "GBR")
SHAPES = (TASK, KOREA, BRITAIN)
NAMES = [shape[0] for shape in SHAPES]
CULTURE_TASKS = (
    "swow_{0}",
    "swow_{0}_dist",
    "swow_{0}_rank",
    "wvs_{0}",
    "wvs_tension_{0}_us",
    "wvs_tension_{0}_us_{0}",
    "wvs_tension_{0}_us_us",
)
RULES = "E,F,I,B,UP,SIM,RUF,PT"


def _new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["new", *map(str, arguments)])


def _told(result: Result) -> str:
    """Output without the frame that typer draws round usage errors."""
    return " ".join(result.output.replace("│", " ").split())


def _run(*command: str | Path, cwd: Path, **variables: str | Path) -> str:
    """Standard output of a command that succeeds."""
    environment = os.environ | {"COLUMNS": "200"} | {name: str(value) for name, value in variables.items()}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of all shapes, as the command wrote them."""
    folder = tmp_path_factory.mktemp("written")
    for shape in SHAPES:
        result = _new(*shape, "--output", folder)
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def installed(written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | Path]:
    """Environment in which their wheels are installed, and no other plugin is loaded."""
    home = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    packages = [written / name for name in NAMES]
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", home, *packages, cwd=home)
    wheels = sorted(home.glob("*.whl"))
    _run(*pip, "install", "--no-deps", "--no-index", "--target", home / "site", *wheels, cwd=home)
    return {
        "PYTHONPATH": home / "site",
        "ALIGN_LOAD_PLUGINS": ",".join(NAMES),
        "ALIGN_STRICT_PLUGINS": "1",
        "ALIGN_DATA": home / "data",
        "ALIGN_CACHE": home / "cache",
        "OMP_NUM_THREADS": "1",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_new_package_passes_its_own_tests(name: str, written: Path, installed: dict[str, Any]) -> None:
    told = _run(sys.executable, "-m", "pytest", "-q", "-W", "error", cwd=written / name, **installed)
    assert " passed" in told
    assert "skipped" not in told


def test_new_packages_are_listed_with_what_they_add(written: Path, installed: dict[str, Any]) -> None:
    told = _run(sys.executable, "-m", "align_tasks", "plugins", "--json", cwd=written, **installed)
    listed = {plugin["distribution"]: plugin for plugin in json.loads(told)}
    assert {name: listed[name]["status"] for name in NAMES} == dict.fromkeys(NAMES, "loaded")
    assert {name: listed[name]["name"] for name in NAMES} == {
        "align-manners": "manners",
        "align-korea": "korea",
        "align-britain": "britain",
    }
    assert {name: listed[name]["adds"] for name in NAMES} == {
        "align-manners": {
            "metrics": ["manners_quiz: correct", "manners_quiz: invalid"],
            "tasks": ["manners_quiz"],
        },
        "align-korea": {"languages": ["ko"], "cultures": ["kr"], "tasks": ["wvs_tension_kr_us"]},
        "align-britain": {"cultures": ["uk"], "tasks": ["wvs_tension_uk_us"]},
    }


def test_their_tasks_are_listed(written: Path, installed: dict[str, Any]) -> None:
    listed = set(_run(sys.executable, "-m", "align_tasks", "tasks", cwd=written, **installed).split())
    assert "manners_quiz" in listed
    for culture in ("kr", "uk"):
        assert {name for name in listed if culture in name.split("_")} == {
            name.format(culture) for name in CULTURE_TASKS
        }


def test_lm_eval_loads_the_task_files_that_the_wheels_put_beside_ours(
    tmp_path: Path, installed: dict[str, Any]
) -> None:
    shutil.copytree(own_folder(), tmp_path / "align_tasks")
    shutil.copytree(installed["PYTHONPATH"] / "lm_eval" / "tasks", tmp_path, dirs_exist_ok=True)
    names = ["manners_quiz", "swow_kr", "swow_kr_rank", "swow_uk_dist"]
    code = (
        "import sys; from lm_eval.tasks import TaskManager; "
        f"manager = TaskManager(include_path={str(tmp_path)!r}, include_defaults=False); "
        f"print({{name: len(task.test_docs()) for name, task in manager.load({names})['tasks'].items()}})"
    )
    told = _run(sys.executable, "-c", code, cwd=tmp_path, **installed)
    assert told.splitlines()[-1] == "{'manners_quiz': 8, 'swow_kr': 9, 'swow_kr_rank': 9, 'swow_uk_dist': 9}"
    assert sorted(path.name for path in (tmp_path / "align_korea").iterdir()) == [
        f"{name.format('kr')}.yaml" for name in CULTURE_TASKS
    ]


@pytest.fixture(scope="module")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.parametrize("name", NAMES)
def test_new_code_is_clean(name: str, written: Path, mypy_cache: Path) -> None:
    ruff = (sys.executable, "-m", "ruff")
    options = ("--isolated", "--no-cache", "--line-length", "110")
    _run(*ruff, "check", *options, "--select", RULES, ".", cwd=written / name)
    _run(*ruff, "format", *options, "--check", ".", cwd=written / name)
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", mypy_cache)
    _run(*mypy, "--python-version", "3.10", "src", cwd=written / name)


@pytest.mark.parametrize("name", NAMES)
def test_no_word_to_be_replaced_is_left(name: str, written: Path) -> None:
    words = ("PLUGIN_", "plugin_module", "plugin_short", "TASKS_FOLDER", "_CODE", "_NAME", ".txt", "dot-")
    for file in (path for path in (written / name).rglob("*") if path.is_file()):
        text = f"{file.relative_to(written)}\n{file.read_text(encoding='utf-8')}"
        assert not [word for word in words if word in text], file


def test_a_culture_with_a_new_language_gets_the_english_texts_to_translate(written: Path) -> None:
    data = written / "align-korea" / "src" / "align_korea" / "data"
    assert json.loads((data / "prompts.ko.json").read_text(encoding="utf-8")) == asdict(ENGLISH)
    assert (data / "questions.ko.json").read_bytes() == (FOLDER / "questions.en.json").read_bytes()
    assert json.loads((data / "wvs7.KOR.json").read_text(encoding="utf-8")) == {"not_offered": {}}
    assert len(json.loads((data / "questions.ko.json").read_text(encoding="utf-8"))) == 163
    assert "Translate every question" in (written / "align-korea" / "README.md").read_text(encoding="utf-8")


def test_a_culture_with_a_known_language_brings_no_texts(written: Path, tmp_path: Path) -> None:
    package = written / "align-britain"
    data = sorted(path.name for path in (package / "src" / "align_britain" / "data").iterdir())
    assert data == ["demo.tsv", "wvs7.GBR.json"]
    assert "Language" not in (package / "src" / "align_britain" / "__init__.py").read_text(encoding="utf-8")
    assert "Translate" not in (package / "README.md").read_text(encoding="utf-8")
    told = _told(_new(*BRITAIN, "--output", tmp_path))
    assert "The language 'en' is there already: texts of the plugin 'align_tasks'" in told


def test_a_second_culture_of_a_country_is_told_of_the_first(tmp_path: Path) -> None:
    culture = ("--culture", "hispanic", "--language", "es", "--country", "USA")
    result = _new("align-hispanic", *culture, "--output", tmp_path)
    assert result.exit_code == 0
    assert "The country USA is also that of the culture 'us'." in result.output


def test_a_language_of_another_plugin_makes_that_plugin_a_requirement(plugins: Any, tmp_path: Path) -> None:
    questions = {"wvs7": FOLDER / "questions.zh.json"}
    plugins.register("korea", languages=[Language("ko", CHINESE, questions)])
    result = _new("align-seoul", *KOREA[1:], "--output", tmp_path)
    assert result.exit_code == 0, result.output
    required = f'dependencies = ["align-tasks>={version("align-tasks")}", "align-korea"]'
    assert required in (tmp_path / "align-seoul" / "pyproject.toml").read_text(encoding="utf-8")
    assert not list(tmp_path.rglob("questions.ko.json"))


def test_a_language_without_the_questions_of_the_survey_is_refused(plugins: Any, tmp_path: Path) -> None:
    plugins.register("korea", languages=[Language("ko", CHINESE)])
    result = _new("align-seoul", *KOREA[1:], "--output", tmp_path)
    assert result.exit_code == 2
    assert "brings the language 'ko' without the questions" in _told(result)


def test_the_name_of_norway_is_text_in_its_task_files(tmp_path: Path) -> None:
    """YAML takes a bare `no` for false."""
    _new("align-norway", "--culture", "no", "--language", "nb", "--country", "NOR", "--output", tmp_path)
    folder = tmp_path / "align-norway" / "tasks"
    arguments = {
        name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))["dataset_kwargs"]
        for name in ("swow_no", "wvs_tension_no_us_no")
    }
    assert arguments["swow_no"] == {"culture": "no"}
    assert arguments["wvs_tension_no_us_no"] == {
        "culture": "no",
        "cultures": ["no", "us"],
        "survey": "wvs7",
    }


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    result = _new("align-korea", "--output", tmp_path / "my plugins")
    steps = [line.strip() for line in result.stdout.splitlines()]
    assert steps[0] == f"Wrote the plugin to {tmp_path}/my plugins/align-korea, 14 files."
    assert steps[3] == f"cd '{tmp_path}/my plugins/align-korea'"
    assert [step.split("  ")[0] for step in steps[4:7]] == [
        'pip install -e ".[test]"',
        "pytest",
        "align plugins",
    ]


@pytest.mark.parametrize(
    "name", ["", "-korea", "korea-", "1korea", "align korea", "align/korea", "한국", "a" * 41]
)
def test_what_cannot_name_a_package_is_refused_with_the_characters_that_can(
    name: str, tmp_path: Path
) -> None:
    result = _new("--output", tmp_path, "--", name)
    assert result.exit_code == 2
    assert f"{name!r}"[:30] in result.output.replace("│", " ")
    assert "letters (A to Z), digits, '-', '_' and '.', a letter first" in _told(result)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "module"), [("align-korea", "align_korea"), ("Align.South--Korea_2", "align_south_korea_2")]
)
def test_a_module_is_named_as_its_distribution(name: str, module: str) -> None:
    assert new.module_name(name) == module


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("lm-eval",), "there is a module 'lm_eval' already"),
        (("json",), "there is a module 'json' already"),
        (("Align-Tasks",), "there is a module 'align_tasks' already"),
        (("align-mars", "--culture", "us", *KOREA[3:]), "there is a culture 'us' already"),
        (("align-mars", "--culture", "us_rank", *KOREA[3:]), "there is a task 'swow_us_rank' already"),
        (("align-mars", "--culture", "K R", *KOREA[3:]), "'K R' cannot name a culture"),
        (("align-mars", *KOREA[1:3], "--language", "kor", *KOREA[5:]), "'kor' is no ISO 639-1 code"),
        (("align-mars", *KOREA[1:5], "--country", "kr"), "'kr' is no ISO 3166-1 alpha-3 code"),
        (("align-mars", *KOREA[1:3]), "a culture needs all three of --culture, --language and --country"),
        (("align-mars", *KOREA[3:]), "a culture needs all three"),
    ],
)
def test_names_that_are_taken_or_wrong_are_refused(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    result = _new(*arguments, "--output", tmp_path)
    assert result.exit_code == 2
    assert told in _told(result)
    assert not list(tmp_path.iterdir())


def test_the_name_of_a_plugin_is_not_taken_twice(
    installed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(installed["PYTHONPATH"]))
    result = _new("korea", "--output", tmp_path)
    assert result.exit_code == 2
    assert "there is a plugin 'korea' (align-korea 0.1.0) already" in _told(result)


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "align-korea"
    folder.mkdir()
    (folder / "notes").write_text("mine")
    result = _new("align-korea", "--output", tmp_path)
    assert isinstance(result.exception, AlignError)
    assert "is there already" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["align-korea"]
    assert [path.name for path in folder.iterdir()] == ["notes"]


def test_a_file_in_the_way_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "align-korea").write_text("mine")
    with pytest.raises(AlignError, match="is there already"):
        new.write_package({"README.md": ""}, tmp_path / "align-korea")
    assert (tmp_path / "align-korea").read_text() == "mine"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "align-korea").mkdir()
    assert _new("align-korea", "--output", tmp_path).exit_code == 0
    assert (tmp_path / "align-korea" / "pyproject.toml").is_file()


def test_a_package_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    files = {"README.md": "first", "README.md/below": "a file is no folder"}
    with pytest.raises(AlignError, match="cannot write"):
        new.write_package(files, tmp_path / "align-korea")
    assert not list(tmp_path.iterdir())
