"""`align run`: what it prints, and what it refuses as wrong usage."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from align_tasks.commands import main
from align_tasks.experiments import engine
from align_tasks.experiments.prepare import Prepared

Align = Callable[..., tuple[int, str, str]]


@pytest.fixture
def align(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_home: Path) -> Align:
    """The `align` command in this process: exit status, standard output, standard error without frames."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["align", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, " ".join(err.replace("│", " ").split())

    return run


def test_the_schema_knows_the_names_that_are_installed(align: Align, small: None) -> None:
    status, out, _ = align("run", "--schema")
    assert status == 0
    found = json.loads(out)
    run, evaluation = (found["$defs"][name] for name in ("TrainingRun", "Evaluation"))
    assert run["properties"]["trainer"]["enum"] == ["small"]
    assert "us" in run["properties"]["culture"]["enum"]
    assert "swow_us" in evaluation["properties"]["tasks"]["items"]["anyOf"][0]["enum"]
    (settings,) = run["allOf"]
    assert settings["if"]["properties"]["trainer"]["const"] == "small"
    assert "learning_rate" in settings["then"]["properties"]["settings"]["properties"]
    assert found["properties"]["models"]["description"]
    assert found["additionalProperties"] is False


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ((), 2, "name a file, or one of: ablation_data_mix, concreteness, "),
        (("paper_uss",), 1, "there is no recipe 'paper_uss' Is paper_us meant?"),
        (("recipe.yaml", "--model", "base"), 2, "'base' is not NAME=FOLDER"),
        (("recipe.yaml", "--dry-run", "--status"), 2, "'--status': not together with --dry-run"),
        (("recipe.yaml", "--commands"), 2, "'--commands': only with --dry-run"),
        (("recipe.yaml", "--json"), 2, "'--json': only with --dry-run or --status"),
    ],
)
def test_what_cannot_be_is_told(align: Align, arguments: tuple[str, ...], status: int, told: str) -> None:
    done = align("run", *arguments)
    assert (done[0], done[1]) == (status, "")
    assert told in done[2]


def test_without_the_engine_the_message_says_what_to_install(
    align: Align, prepared: Callable[..., Prepared], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared()
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    status, _, err = align("run", folder / "recipe.yaml", "--dry-run")
    assert status == 1
    assert (
        "align run needs Snakemake, which is not installed Install it: pip install 'align-tasks[run]'" in err
    )


def test_a_dry_run_prints_every_step_and_leaves_nothing(
    align: Align, prepared: Callable[..., Prepared], folder: Path
) -> None:
    pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")
    prepared()
    status, out, err = align("run", folder / "recipe.yaml", "--dry-run", "--output", folder / "out")
    assert (status, err) == (0, "")
    head, first, *_, last = out.splitlines()
    assert head.split() == ["state", "step", "time", "memory", "disk", "estimated", "from"]
    assert first.split()[:4] == ["to", "do", "evaluate-base", "?"]
    assert last == "0 of 11 steps are done."
    assert "align eval" not in out
    assert not (folder / "out").exists()

    _, with_commands, _ = align(
        "run", folder / "recipe.yaml", "--dry-run", "--commands", "--output", folder / "out"
    )
    assert with_commands.splitlines()[2].startswith("    align eval --model ")
    _, as_json, _ = align("run", folder / "recipe.yaml", "--dry-run", "--json", "--output", folder / "out")
    found = json.loads(as_json)
    assert [step["name"] for step in found["steps"]][:3] == [
        "evaluate-base",
        "train-first-1",
        "evaluate-first-1",
    ]
    assert found["steps"][0]["command"][:3] == ["align", "eval", "--model"]


def test_the_status_needs_no_engine_and_leaves_nothing(
    align: Align, prepared: Callable[..., Prepared], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared()
    monkeypatch.setattr(engine, "program", lambda: pytest.fail("the engine was asked"))
    status, out, err = align("run", folder / "recipe.yaml", "--status", "--output", folder / "out")
    assert (status, err) == (0, "")
    assert out.splitlines()[1].split() == ["waiting", "evaluate-base", "?"]
    _, as_json, _ = align("run", folder / "recipe.yaml", "--status", "--json", "--output", folder / "out")
    assert json.loads(as_json)["totals"]["waiting"] == 11
    assert not (folder / "out").exists()
