"""What results files tell beside figures: weights, human data, packages, machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from align_tasks.comparison.found_files import find_results
from align_tasks.errors import AlignError
from align_tasks.reports.plan import Plan, PlannedStep
from align_tasks.reports.progress import Progress

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Evaluated:
    """A finished evaluation.

    Attributes:
        name: of the model or training that it is about.
        model: folder or hub name of the model, as its command names it.
        has_adapter: whether an adapter is on it.
        contents: of its results files; beside those of an adapter lie those of its model.
    """

    name: str
    model: str
    has_adapter: bool
    contents: tuple[Content, ...]


def evaluated_in(folder: Path, plan: Plan, progress: Iterable[Progress], notes: list[str]) -> list[Evaluated]:
    """The finished evaluations of an experiment; files that cannot be read are noted.

    Raises:
        AlignError: none is finished.
    """
    done = {one.name for one in progress if one.reached == "done"}
    steps = plan.of_kind("evaluate")
    if not done & set(steps):
        raise AlignError(
            f"no evaluation in {folder} is finished: there is nothing to report yet",
            hint="The same `align run` that made the folder goes on with it.",
        )
    return [_evaluated(folder, step, notes) for name, step in steps.items() if name in done]


def part(value: Any, *keys: str) -> Mapping[str, Any]:
    """A table within tables that others wrote; an empty one where it is missing or something else."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def metadata(content: Content) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What each task says of its data, by name of the task."""
    for task in part(content, "configs"):
        told = part(content, "configs", task, "metadata")
        if told:
            yield str(task), told


def items(content: Content, task: str) -> tuple[int | None, int | None]:
    """How many items of a task were asked, and how many it has; None where the file does not say."""
    told = part(content, "n-samples", task)
    asked, there = (told.get(name) for name in ("effective", "original"))
    return asked if isinstance(asked, int) else None, there if isinstance(there, int) else None


def _evaluated(folder: Path, step: PlannedStep, notes: list[str]) -> Evaluated:
    contents: tuple[Content, ...] = ()
    try:
        found = find_results([folder / step.folder])
        contents = tuple(found.contents.values())
        notes += [f"{one.path.relative_to(folder)}: {one.reason}" for one in found.skipped]
    except AlignError as error:
        notes.append(error.problem)
    model = step.option("--model") or ""
    return Evaluated(PurePath(step.folder).name, model, "--adapter" in step.command, contents)
