"""Packages that are broken, a way each: what is told, and that all else goes on as if they were not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from align_tasks import __version__

MISFIT = f"it and align-tasks {__version__} do not fit together: "
REASONS = {
    "import_error": f"{MISFIT}it cannot be imported: ImportError: cannot import name 'Planet'",
    "moved_away": f"{MISFIT}it needs the module 'align_tasks.survey.moved_away', which is not installed",
    "new_field": f"{MISFIT}its hook register_cultures failed: TypeError: Culture.__init__() got an ",
    "missing_package": "it needs the module 'nowhere_to_be_found', which is not installed",
    "syntax_error": "it has a syntax error: ",
    "system_exit": "it ends Python when it is imported (SystemExit: no licence found)",
    "prints_and_raises": "it cannot be imported: RuntimeError: no GPU",
    "missing_attribute": "it cannot be imported: AttributeError: module 'align_test_missing_attribute' has",
    "stale": "its module 'align_test_stale' is not there",
    "asks_too_early": "it cannot be imported: a plugin asks for what plugins have registered while they are",
    "no_hooks": "it implements no hook",
    "wrong_signature": "its hook register_cultures(registrar) must be register_cultures(register)",
    "unknown_hook": "there is no hook register_culture",
    "new_hook": "there is no hook register_planets",
    "hook_exception": "its hook register_commands failed: KeyError: 'settings'",
    "hook_exit": "its hook register_cultures failed: SystemExit: 3",
    "wrong_type": "its hook register_cultures failed: TypeError: it registers str 'us', not Culture",
    "registers_twice": "its hook register_metrics failed: ValueError: it registers 'association: twice'",
    "no_name": "its hook register_trainers failed: TypeError: it registers Trainer whose name is None",
    "no_country": "its hook register_cultures failed: 'Utopia' is no ISO 3166-1 alpha-3 code",
    "wrong_command": "typer cannot make the command 'unpack': NameError: name 'Path' is not defined",
    "odd_command": "its hook register_commands failed: '--[red] help me!' cannot name a command",
    "odd_help": "typer cannot make the command 'shred': MarkupError: closing tag '[/dev/null]'",
    "wrong_reader": "a reader's kind is one of associations, items, ratings, not 'poems'",
    "wrong_placeholder": "the task name 'poems_{nation}' must hold {culture} and no other braces",
    "empty_folder": "its hook register_tasks failed: there is no folder of task files",
    "unknown_language": "it needs the language 'xx', which no plugin in use brings (there are: en, zh)",
    "unknown_culture": "it needs the culture 'atlantis', which no plugin in use brings (there are: us, zh)",
    "sweden": "it needs the language 'sv', which no plugin in use brings (there are: en, zh)",
    "claims_us": "the culture 'us' is a name of align-tasks itself",
    "claims_eval": "the command 'eval' is a name of align-tasks itself",
    "claims_task": "the task 'swow_us' is a name of align-tasks itself",
}
BOTH = "Update both (pip install --upgrade align-tasks {}), or take the plugin out"
HOOKS = (
    "Hooks: register_languages, register_cultures, register_surveys, register_readers, register_metrics, "
    "register_tasks, register_rewards, register_trainers, register_commands. "
)
FIXES = {
    "import_error": BOTH.format("align-test-import-error"),
    "moved_away": BOTH.format("align-test-moved-away"),
    "new_field": BOTH.format("align-test-new-field"),
    "new_hook": HOOKS + BOTH.format("align-test-new-hook"),
    "missing_package": "Install the package that has it, or take the plugin out",
    "stale": "Install it again (pip install --force-reinstall align-test-stale), or take it out",
    "no_hooks": "Mark its hooks with @hookimpl. Update it, or take it out",
    "unknown_hook": "Is register_cultures meant? Update it, or take it out",
} | dict.fromkeys(
    ("unknown_language", "unknown_culture", "sweden"),
    "Install the plugin that brings it, or take this one out",
)
FIX = "Update it, or take it out"

COMMANDS = (("data", "list"), ("tasks",), ("train",))
ALWAYS = (("--help",), ("plugins",), ("plugins", "--json"))

broken = pytest.mark.parametrize("name", REASONS)


@pytest.fixture
def alone(align: Any) -> Mapping[tuple[str, ...], str]:
    """Standard output of each command where no plugin is installed."""
    if not _alone:
        _alone.update({command: align.run(*command).out for command in COMMANDS + ALWAYS})
    return _alone


_alone: dict[tuple[str, ...], str] = {}


@broken
def test_every_command_goes_on_as_without_it_with_one_warning(
    name: str, align: Any, alone: Mapping[tuple[str, ...], str]
) -> None:
    align.install(name)
    for command in (*COMMANDS, ("--help",)):
        done = align.run(*command)
        assert (done.status, done.out) == (0, alone[command]), done
        (warning,) = done.warnings
        assert "\n" not in warning
        assert warning.startswith(f"plugin {name!r} ({_distribution(name)} 1.0) is left out: ")
        assert REASONS[name] in warning
        assert warning.endswith(f". {_fix(name)}")


@broken
def test_it_is_listed_with_its_problem_and_the_fix_and_adds_nothing(
    name: str, align: Any, alone: Mapping[tuple[str, ...], str]
) -> None:
    align.install(name)
    done = align.run("plugins", "--json")
    own, told = json.loads(done.out)
    assert [own] == json.loads(alone["plugins", "--json"])
    assert REASONS[name] in told.pop("problem")
    assert told.pop("fix") == _fix(name)
    told.pop("hooks")
    distribution = _distribution(name)
    left = {"name": name, "distribution": distribution, "version": "1.0", "status": "left out", "adds": {}}
    assert told == left
    assert len(done.warnings) == 1

    shown = align.run("plugins").out
    assert shown.startswith(alone["plugins",])
    first, *rest = shown.removeprefix(alone["plugins",]).splitlines()
    assert first == f"{name} 1.0 ({distribution}): left out"
    assert {line.split()[0] for line in rest if not line.startswith(" " * 3)} <= {"problem", "fix", "hooks"}


@broken
def test_where_problems_are_errors_commands_fail_with_the_same_words(
    name: str, align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install(name)
    (warning,) = align.run("data", "list").warnings
    monkeypatch.setenv("ALIGN_STRICT_PLUGINS", "1")
    for command in COMMANDS:
        done = align.run(*command)
        assert (done.status, done.out, done.warnings) == (1, "", [])
        assert done.err == f"align: {warning}\n  (ALIGN_STRICT_PLUGINS is set)\n"
    for command in ALWAYS:
        done = align.run(*command)
        assert (done.status, done.err, done.warnings) == (0, "", []), command


@broken
def test_nothing_that_it_registered_is_left(name: str, align: Any) -> None:
    nothing = _names(align.load().registry)
    align.install(name)
    assert _names(align.load().registry) == nothing


def _names(registry: Any) -> dict[str, list[Any]]:
    return {kind: list(objects) for kind, objects in vars(registry).items()}


def test_all_at_once_are_told_and_a_good_one_works_among_them(align: Any) -> None:
    align.install(*REASONS, "good", "swedish")  # and with swedish, sweden works
    done = align.run("plugins", "--json")
    told = {plugin["name"]: plugin["status"] for plugin in json.loads(done.out)}
    loaded = {name for name, status in told.items() if status == "loaded"}
    assert loaded == {"align_tasks", "good", "swedish", "sweden"}
    assert set(told) == {*REASONS, *loaded}
    assert len(done.warnings) == len(REASONS) - 1
    assert align.run("greet").out == "Hello you\n"


def test_a_plugin_cannot_keep_the_user_from_stopping_the_command(align: Any, plugins: Any) -> None:
    origin = plugins.origin()
    interrupted = type(origin)(origin.name, origin.distribution, origin.version, _interrupt)
    with pytest.raises(KeyboardInterrupt):
        plugins.use(interrupted)


def _interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["syntax_error", "system_exit", "prints_and_raises", "hook_exception"])
def test_the_real_command_warns_in_one_line_and_standard_output_stays_clean(name: str, process: Any) -> None:
    done = process([name], "-m", "align_tasks", "plugins", "--json")
    assert done.returncode == 0
    own, told = [plugin for plugin in json.loads(done.stdout) if plugin["status"] != "not selected"]
    assert (own["status"], told["status"]) == ("loaded", "left out")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"WARNING plugin {name!r} ({_distribution(name)} 1.0) is left out: ")
    assert REASONS[name] in line
    assert line.endswith(_fix(name))


def test_the_real_command_fails_where_problems_are_errors_and_debug_shows_where(process: Any) -> None:
    strict = {"ALIGN_STRICT_PLUGINS": "1"}
    done = process(["hook_exception"], "-m", "align_tasks", "data", "list", **strict)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "align: plugin 'hook_exception' (align-test-hook-exception 1.0) is left out: "
    )
    assert "Traceback" not in done.stderr
    debug = process(["hook_exception"], "-m", "align_tasks", "--debug", "data", "list", **strict).stderr
    assert 'raise KeyError("settings")' in debug
    assert process(["hook_exception"], "-m", "align_tasks", "train", "--help", **strict).returncode == 0


LOAD_A_TASK = """
import json, sys
from align_tasks.evaluation import task_manager

manager = task_manager({"norms": "demo"})
task = manager.load(["swow_us"])["tasks"]["swow_us"]
metrics = [metric["metric"] for metric in task.config.metric_list]
print(json.dumps({"tasks": manager.all_tasks, "metrics": metrics, "rows": len(task.dataset["test"])}))
"""


def test_lm_eval_loads_tasks_beside_broken_plugins(process: Any) -> None:
    without = process([], "-c", LOAD_A_TASK)
    beside = process([*REASONS], "-c", LOAD_A_TASK)
    assert without.returncode == 0, without.stderr
    assert json.loads(beside.stdout) == json.loads(without.stdout)
    lines = [line for line in beside.stderr.splitlines() if "is left out" in line]
    assert [name for name in REASONS if sum(f"plugin {name!r} (" in line for line in lines) != 1] == []


def test_where_problems_are_errors_lm_eval_stops(process: Any) -> None:
    done = process(["wrong_type"], "-c", LOAD_A_TASK, ALIGN_STRICT_PLUGINS="1")
    assert done.returncode == 1
    assert "AlignError: plugin 'wrong_type' (align-test-wrong-type 1.0) is left out: " in done.stderr


def _fix(name: str) -> str:
    return f"{FIXES.get(name, FIX)}: pip uninstall {_distribution(name)}"


def _distribution(name: str) -> str:
    return f"align-test-{name.replace('_', '-')}"
