"""What each entry scored on each task, row by row, gathered from all results files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from align_tasks.comparison.entries import Entry, with_labels
from align_tasks.comparison.results import Asked, Figure, Results, TaskResults
from align_tasks.comparison.samples import BadSamples, Samples, read_samples, samples_file

ROUNDING = 1e-6


@dataclass(frozen=True)
class Scored:
    """What one entry scored on one task or group.

    Attributes:
        entry: its key.
        results: as lm-eval reports them.
        samples: of every row; None where there are no files, or none that can be read.
        files: the samples files, by task.
        trained: test cues that the entry was trained on.
    """

    entry: str
    results: TaskResults
    samples: Samples | None
    files: Mapping[str, Path]
    trained: int

    @property
    def rows(self) -> int | None:
        """How many rows were evaluated; None where no file says."""
        return self.results.count if self.samples is None else len(self.samples.items)

    @property
    def question(self) -> tuple[str, tuple[Asked, ...], str]:
        """What may stand beside each other: equal tasks, asked alike, on the same rows."""
        rows = f"{self.rows} rows" if self.samples is None else self.samples.item_set
        return self.results.name, self.results.asked, rows


@dataclass(frozen=True)
class Gathered:
    """All that was evaluated.

    Attributes:
        entries: by key, with their labels.
        scored: of each entry and question the newest.
        notes: what was noticed, in plain words.
    """

    entries: Mapping[str, Entry]
    scored: Sequence[Scored]
    notes: Sequence[str]


def gather(results: Iterable[Results]) -> Gathered:
    """Put together what the files say of each entry; of two that tell of one question, the newer counts."""
    by_time = sorted(results, key=lambda one: (one.time, str(one.path)))
    entries = {one.entry.key: one.entry for one in by_time}
    labelled = dict(zip(entries, with_labels(entries.values()), strict=True))
    found: dict[tuple[object, ...], Scored] = {}
    notes: list[str] = []
    for one in by_time:
        for scored in _scored(one, notes):
            key = (scored.entry, scored.question)
            if key in found:
                notes.append(
                    f"{labelled[scored.entry].label}: {scored.results.name} was evaluated more than once; "
                    f"the newest figures count, of {one.path.name}"
                )
            found[key] = scored
    return Gathered(labelled, list(found.values()), list(dict.fromkeys(notes)))


def _scored(results: Results, notes: list[str]) -> list[Scored]:
    tasks = {name: task for name, task in results.tasks.items() if task.members == (name,)}
    single = {name: _one_task(results, task, notes) for name, task in tasks.items()}
    groups = [task for name, task in results.tasks.items() if name not in tasks]
    return [*single.values(), *(_one_group(task, [single[name] for name in task.members]) for task in groups)]


def _one_task(results: Results, task: TaskResults, notes: list[str]) -> Scored:
    file = samples_file(results.path, task.name)
    samples = None
    if file is not None:
        try:
            samples = _checked(read_samples(file), task)
        except BadSamples as problem:
            notes.append(f"{results.path.parent}: {problem}: no intervals and tests for {task.name}")
    trained = results.trained.get(task.name, 0)
    return Scored(results.entry.key, task, samples, {task.name: file} if file and samples else {}, trained)


def _checked(samples: Samples, task: TaskResults) -> Samples:
    """The figures whose mean over the rows is what lm-eval reports.

    Raises:
        BadSamples: none is, so that the file belongs to other results; or it has fewer rows.
    """
    if task.count is not None and task.count != len(samples.items):
        raise BadSamples(f"{len(samples.items)} samples of {task.count} rows")
    kept = {
        name: column
        for name, column in samples.figures.items()
        if name in task.figures and _is_mean(column, task.figures[name].value)
    }
    if not kept and set(samples.figures) & set(task.figures):
        raise BadSamples("the samples are not those of the results: their means differ")
    return Samples(samples.items, samples.parts, kept)


def _is_mean(column: NDArray[np.float64], reported: float) -> bool:
    has = np.isfinite(column)
    return bool(has.any()) and bool(np.isclose(column[has].mean(), reported, rtol=ROUNDING, atol=ROUNDING))


def _one_group(task: TaskResults, members: Sequence[Scored]) -> Scored:
    files = {name: file for member in members for name, file in member.files.items()}
    trained = sum(member.trained for member in members)
    return Scored(members[0].entry, task, _joined(members, task), files, trained)


def _joined(members: Sequence[Scored], task: TaskResults) -> Samples | None:
    """The rows of all tasks of a group; those about one cue or item belong together."""
    samples = [member.samples for member in members if member.samples is not None]
    if len(samples) < len(members):
        return None
    items = tuple(
        f"{member.results.name}: {item}"
        for member, of_one in zip(members, samples, strict=True)
        for item in of_one.items
    )
    shared: list[Figure] = [name for name in task.figures if all(name in one.figures for one in samples)]
    figures = {name: np.concatenate([one.figures[name] for one in samples]) for name in shared}
    kept = {name: column for name, column in figures.items() if _is_mean(column, task.figures[name].value)}
    parts = [part for one in samples for part in one.parts]
    order = sorted(range(len(items)), key=items.__getitem__)
    return Samples(
        tuple(items[place] for place in order),
        tuple(parts[place] for place in order),
        {name: column[order] for name, column in kept.items()},
    )
