"""`align plugins new`: what it writes is built, installed and run as a stranger's package is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from align_tasks import __version__
from align_tasks.commands.plugins import app
from align_tasks.errors import AlignError
from align_tasks.languages import Language
from align_tasks.plugins import new
from align_tasks.prompts import CHINESE, ENGLISH, base_text, read_wording, survey_prompt
from align_tasks.survey.wvs7 import FOLDER, WVS7
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
    "wvs_{0}_sampled",
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
    counts = told.splitlines()[-1]
    assert " passed" in counts
    assert "skipped" not in counts
    assert ("1 xfailed" in counts) == (name == "align-korea")  # its texts, which nobody has translated


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
    words = (
        "PLUGIN_",
        "plugin_module",
        "plugin_short",
        "TASKS_FOLDER",
        "_CODE",
        "_NAME",
        "_MARK",
        "_LANGUAGE",
        ".txt",
        "dot-",
    )
    for file in (path for path in (written / name).rglob("*") if path.is_file()):
        text = f"{file.relative_to(written)}\n{file.read_text(encoding='utf-8')}"
        assert not [word for word in words if word in text], file


def _data(written: Path) -> Path:
    return written / "align-korea" / "src" / "align_korea" / "data"


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def test_a_new_language_gets_the_english_prompts_each_marked_as_untranslated(written: Path) -> None:
    prompts = _read(_data(written) / "prompts.ko.json")
    unmarked = {field: text for field, text in prompts.items() if "[untranslated] " not in text}
    assert unmarked == {"space": " ", "separator": ", "}
    assert {field: text.removeprefix("[untranslated] ") for field, text in prompts.items()} == asdict(ENGLISH)


def test_a_new_language_gets_the_english_questions_each_text_marked_as_untranslated(written: Path) -> None:
    questions = _read(_data(written) / "questions.ko.json")
    english = _read(FOLDER / "questions.en.json")
    assert list(questions) == list(english)
    for item, text in questions.items():
        assert text["question"] == f"[untranslated] {english[item]['question']}"
        for option, wanted in zip(text["options"], english[item]["options"], strict=True):
            assert option == (wanted if wanted.isdigit() else f"[untranslated] {wanted}")


def test_every_option_can_be_chosen_in_a_new_country_until_its_file_says_otherwise(written: Path) -> None:
    assert _read(_data(written) / "wvs7.KOR.json") == {"not_offered": {}}


def test_a_model_reads_the_mark_of_texts_that_are_not_translated(
    written: Path, plugins: Any, tmp_path: Path
) -> None:
    data = _data(written)
    korean = Language(
        "ko",
        wording=read_wording(data / "prompts.ko.json"),
        questions={"wvs7": data / "questions.ko.json"},
    )
    plugins.register("korea", languages=[korean])
    text = WVS7.questions("ko")["Q1"]
    shown = base_text(survey_prompt(text.question, text.options, "ko"))
    assert shown.count("[untranslated]") == 1 + 1 + len(text.options) + 1  # instruction, question, …, lead


def test_norms_of_a_new_culture_are_not_called_a_release(written: Path, installed: dict[str, Any]) -> None:
    told = _run(sys.executable, "-m", "align_tasks", "data", "list", "--json", cwd=written, **installed)
    missing = {entry["what"]: entry["hint"] for entry in json.loads(told)["missing"]}
    for culture in ("kr", "uk"):
        hint = missing[f"associations of {culture} (unnamed)"]
        assert hint.startswith("Download word associations, such as those of ")
    for file in (path for name in NAMES for path in (written / name).rglob("*") if path.is_file()):
        assert "SWOW-" not in file.read_text(encoding="utf-8"), file


class Translator:
    """A translator's copy of the installed package align-korea, and of the test of its texts."""

    def __init__(self, written: Path, installed: dict[str, Any], folder: Path) -> None:
        site = shutil.copytree(installed["PYTHONPATH"], folder / "site")
        self._data = site / "align_korea" / "data"
        self._test = folder / "test_texts.py"
        self._test.write_text((written / "align-korea" / "tests" / "test_texts.py").read_text())
        self._variables = {**installed, "PYTHONPATH": site, "ALIGN_LOAD_PLUGINS": "korea"}

    def translate(self, kind: str, translated: Callable[[str], str]) -> None:
        """Replace each marked text of a file by what `translated` gives for the English text."""
        file = self._data / f"{kind}.ko.json"
        text = re.sub(
            r'"\[untranslated\] (.*)"',
            lambda found: f'"{translated(found[1])}"',
            file.read_text(encoding="utf-8"),
        )
        file.write_text(text, encoding="utf-8")

    def delete_lines_with_pytest(self) -> None:
        lines = self._test.read_text().splitlines(keepends=True)
        kept = [line for line in lines if "pytest" not in line]
        assert len(kept) == len(lines) - 2
        self._test.write_text("".join(kept))

    def test(self) -> str:
        """What pytest tells, whether it passes or fails."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-W", "error", self._test],
            cwd=self._test.parent,
            env=os.environ | {name: str(value) for name, value in self._variables.items()},
            capture_output=True,
            text=True,
        )
        return done.stdout


@pytest.fixture
def translator(written: Path, installed: dict[str, Any], tmp_path: Path) -> Translator:
    return Translator(written, installed, tmp_path)


def _in_korean(text: str) -> str:
    return "한국어 " + " ".join(re.findall(r"\{\w+\}|\d+|\w{1,9}", text)[::-1])


def test_when_all_is_translated_pytest_says_which_lines_to_delete(translator: Translator) -> None:
    translator.translate("prompts", _in_korean)
    assert "1 xfailed" in translator.test()
    translator.translate("questions", _in_korean)
    told = translator.test()
    assert "[XPASS(strict)] when all is translated, delete both lines with 'pytest' in this file" in told
    assert "1 failed" in told
    translator.delete_lines_with_pytest()
    assert "4 passed" in translator.test()


def test_texts_that_lost_only_their_mark_are_no_translation(translator: Translator) -> None:
    translator.translate("prompts", _in_korean)
    translator.translate("questions", str)
    assert "1 xfailed" in translator.test()


def test_without_the_mark_of_expected_failure_each_text_left_in_english_is_named(
    translator: Translator,
) -> None:
    translator.delete_lines_with_pytest()
    translator.translate("questions", lambda text: text if text == "Very important" else _in_korean(text))
    told = translator.test()
    assert "1 failed" in told
    fields = [field for field in asdict(ENGLISH) if field not in ("space", "separator")]
    options = [item for item, text in WVS7.questions("en").items() if "Very important" in text.options]
    assert f"AssertionError: not translated: {', '.join([*fields, *options])}\n" in told


def test_a_culture_with_a_known_language_brings_no_texts(written: Path, tmp_path: Path) -> None:
    package = written / "align-britain"
    data = sorted(path.name for path in (package / "src" / "align_britain" / "data").iterdir())
    assert data == ["demo.tsv", "wvs7.GBR.json"]
    assert "Language" not in (package / "src" / "align_britain" / "__init__.py").read_text(encoding="utf-8")
    assert "untranslated" not in (package / "README.md").read_text(encoding="utf-8")
    assert not (package / "tests" / "test_texts.py").exists()
    told = _told(_new(*BRITAIN, "--output", tmp_path))
    assert "The language 'en' is there already: texts of the plugin 'align_tasks'" in told


def test_a_language_with_a_longer_code_is_a_new_one(tmp_path: Path) -> None:
    culture = ("--culture", "tw", "--language", "zh-Hant", "--country", "TWN")
    assert "The language 'zh-Hant' is new" in _told(_new("align-taiwan", *culture, "--output", tmp_path))
    data = tmp_path / "align-taiwan" / "src" / "align_taiwan" / "data"
    assert sorted(path.name for path in data.iterdir()) == [
        "demo.tsv",
        "prompts.zh-Hant.json",
        "questions.zh-Hant.json",
        "wvs7.TWN.json",
    ]


def test_a_second_culture_of_a_country_is_told_of_the_first(tmp_path: Path) -> None:
    culture = ("--culture", "hispanic", "--language", "es", "--country", "USA")
    result = _new("align-hispanic", *culture, "--output", tmp_path)
    assert result.exit_code == 0
    assert "The country USA is also that of the culture 'us'." in result.output


def test_a_language_of_another_plugin_makes_that_plugin_a_requirement(plugins: Any, tmp_path: Path) -> None:
    questions = {"wvs7": FOLDER / "questions.zh.json"}
    plugins.register("korea", languages=[Language("ko", wording=CHINESE, questions=questions)])
    result = _new("align-seoul", *KOREA[1:], "--output", tmp_path)
    assert result.exit_code == 0, result.output
    required = f'dependencies = ["align-tasks{new.compatible_versions(__version__)}", "align-korea"]'
    assert required in (tmp_path / "align-seoul" / "pyproject.toml").read_text(encoding="utf-8")
    assert not list(tmp_path.rglob("questions.ko.json"))


@pytest.mark.parametrize(
    ("version", "compatible"),
    [("0.1.0", ">=0.1.0,<0.2"), ("0.9.3", ">=0.9.3,<0.10"), ("1.4.2", ">=1.4.2,<2")],
)
def test_a_package_takes_versions_of_align_tasks_until_one_may_break_it(
    version: str, compatible: str
) -> None:
    assert new.compatible_versions(version) == compatible


def test_the_new_package_requires_those_versions(written: Path) -> None:
    for name in NAMES:
        project = (written / name / "pyproject.toml").read_text(encoding="utf-8")
        assert f'dependencies = ["align-tasks{new.compatible_versions(__version__)}"]' in project


def test_a_language_without_the_questions_of_the_survey_is_refused(plugins: Any, tmp_path: Path) -> None:
    plugins.register("korea", languages=[Language("ko", wording=CHINESE)])
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


def test_it_says_that_the_texts_of_a_new_language_are_to_be_translated(tmp_path: Path) -> None:
    told = _told(_new(*KOREA, "--output", tmp_path))
    assert "The language 'ko' is new: its texts are English, and marked [untranslated], until you" in told
    assert "Until then one test is expected to fail (xfailed)." in told


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
        (("align-mars", *KOREA[1:3], "--language", "KO", *KOREA[5:]), "'KO' is no ISO 639-1 code"),
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
