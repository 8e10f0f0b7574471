"""Experiments of steps that are done at once, by a stand-in for `align`, through the real engine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from align_tasks.experiments import carrying_out, prepare
from align_tasks.experiments.engine import Limits
from align_tasks.experiments.planned import Outlook
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.recipe import Evaluation, Experiment
from align_tasks.experiments.status import status_of
from align_tasks.experiments.step import Step, unfinished

EXPERIMENT = Experiment(name="toy", question="?", models={"m": "m"}, evaluate=[Evaluation(tasks=["t"])])


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a program of its own stand in for `align`."""
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("toy.py"), folder)
    monkeypatch.setattr(prepare, "PROGRAM", (sys.executable, str(folder / "toy.py")))
    return folder


def ran(toy: Path) -> list[str]:
    """What was worked on since this was asked last, in any order."""
    file = toy / "ran"
    lines = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return sorted(lines)


def train(output: Path, name: str, *words: str, key: str = "1", after: Sequence[str] = ()) -> Step:
    path = f"adapters/{key}/{name}/align.json"
    return Step(name, "train", key, [str(output / path), "file", *words], list(after), [path])


def evaluate(output: Path, name: str, *words: str, key: str = "1", after: Sequence[str] = ()) -> Step:
    path = f"results/{key}/{name}"
    command = [str(output / unfinished(path)), "folder", *words]
    return Step(name, "evaluate", key, command, list(after), [f"{path}/step.json"], makes_folder=True)


def compare(name: str, after: Sequence[str], key: str = "1") -> Step:
    return Step(name, "compare", key, [name], list(after), [f"comparison/{name}.md"], prints=True)


def experiment(toy: Path, make: Callable[[Path], list[Step]]) -> Prepared:
    output = toy.parent / "out"
    (toy / "recipe.yaml").write_text("name: toy\n")
    return Prepared(EXPERIMENT, toy / "recipe.yaml", output, make(output))


def whole(output: Path, *words: str, key: str = "1") -> list[Step]:
    """Base, two trainings of which one starts from the other, their evaluations, and a comparison."""
    base = evaluate(output, "base")
    first = train(output, "first", *words, key=key)
    second = train(output, "second", key=key, after=first.outputs)
    other = train(output, "other")
    asked = [
        evaluate(output, f"asked-{one.name}", key=one.key, after=[*one.outputs, *base.outputs])
        for one in (first, second, other)
    ]
    table = compare("table", [path for one in (base, *asked) for path in one.outputs], key=key)
    return [base, first, second, other, *asked, table]


def go(prepared: Prepared, told: list[str] | None = None) -> None:
    carrying_out.carry_out(prepared, Limits(cores=1), (told if told is not None else []).append)


def to_do(found: Outlook) -> list[str]:
    """Names of the steps that are not done."""
    return [one.step.name for one in found.steps if one.estimates is not None]


def stages(prepared: Prepared) -> dict[str, str]:
    """What `align run --status` tells of each step."""
    return {one.step.name: one.stage for one in status_of(prepared).steps}
