"""What an experiment found: the comparisons of its recipe, of the evaluations that are finished."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.read import compare_results
from align_tasks.errors import AlignError, one_line
from align_tasks.reports.experiment import ReadExperiment
from align_tasks.reports.plan import PlannedStep

ALL = "all evaluations"
_RESULTS = re.compile(r"(?:^|/)(results/[^/]+/[^/]+(?:/[^/]+)?)$")


@dataclass(frozen=True)
class Finding:
    """A comparison of the recipe.

    Attributes:
        name: in the recipe.
        comparison: as `align compare` makes it of the same files; None where it cannot be made.
        waits_for: evaluations that belong to it and are not finished.
        notes: what is to be known of it beside what the comparison tells.
    """

    name: str
    comparison: Comparison | None
    waits_for: Sequence[str]
    notes: Sequence[str]


def findings(read: ReadExperiment) -> list[Finding]:
    """Every comparison of the recipe; without any, one of all that was evaluated."""
    steps = {
        PurePath(step.outputs[0]).stem: step
        for step in read.plan.of_kind("compare").values()
        if step.outputs[0].endswith(".json")
    }
    if not steps:
        everything = [read.folder / step.folder for step in read.plan.of_kind("evaluate").values()]
        return [_finding(ALL, _there(everything), None, False, ())]
    return [_of_step(read, name, step) for name, step in steps.items()]


def _of_step(read: ReadExperiment, name: str, step: PlannedStep) -> Finding:
    waits_for = [PurePath(path).parent.name for path in step.inputs if not (read.folder / path).is_file()]
    paths = _there([path for word in step.command[1:] for path in _folders(read.folder, word)])
    return _finding(name, paths, step.option("--baseline"), "--each-seed" in step.command, waits_for)


def _folders(folder: Path, word: str) -> Iterator[Path]:
    """The folders of results that a word of the command stands for, wherever the experiment lay then."""
    found = _RESULTS.search(word)
    if found is not None and ".." not in PurePath(found[1]).parts:
        yield from sorted(folder.glob(found[1]))


def _there(paths: Sequence[Path]) -> list[Path]:
    return [path for path in dict.fromkeys(paths) if path.is_dir()]


def _finding(
    name: str, paths: Sequence[Path], baseline: str | None, each_seed: bool, waits_for: Sequence[str]
) -> Finding:
    if not paths:
        return Finding(name, None, waits_for, ["no evaluation of this comparison is finished"])
    try:
        comparison, skipped = compare_results(paths, baseline, each_seed=each_seed)
    except AlignError as error:
        return Finding(name, None, waits_for, [error.problem])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return Finding(
            name, None, waits_for, [f"its results are not as lm-eval writes them: {one_line(error)}"]
        )
    return Finding(
        name, comparison, waits_for, [f"left out {one.path.name}: {one.reason}" for one in skipped]
    )
