"""Tables of what models scored: figures with intervals, ranks, and changes to a baseline that were tested."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from align_tasks.comparison.entries import shown
from align_tasks.comparison.evaluated import Gathered, Scored
from align_tasks.comparison.results import PLAIN, Asked, Figure
from align_tasks.comparison.rows import Row
from align_tasks.comparison.statistics import (
    Interval,
    Numbers,
    Sums,
    bootstrap_means,
    effect_size,
    holm,
    over_seeds,
    percentile_interval,
    permutation_p_values,
    rank_intervals,
    sums_of,
)
from align_tasks.comparison.yardsticks import Yardsticks, is_yardstick, yardsticks_of

DRAWS = 10_000


@dataclass(frozen=True)
class Change:
    """A figure less that of the baseline, on the same rows.

    Attributes:
        value: the difference of the means.
        interval: of the difference, at 95%; None where there are no samples.
        p_value: two-sided, of there being no difference; None where it was not tested.
        corrected: the p-value corrected for all changes of the comparison (Holm).
        effect: mean difference in standard deviations over the items (Cohen's d_z).
        better, worse: items on which it is better and worse than the baseline.
    """

    value: float
    interval: Interval | None = None
    p_value: float | None = None
    corrected: float | None = None
    effect: float | None = None
    better: int | None = None
    worse: int | None = None


@dataclass(frozen=True)
class Cell:
    """What one row of the table scored by one metric.

    Attributes:
        value: the mean over the items, and over the seeds of a row of several.
        interval: of the mean, at 95%.
        items: how many items have the figure.
        seeds: how many training runs the figure rests on.
        rank: the rank, and between which ranks it lies at 95%; None where no way is better.
        is_best: whether no other row's figure is better.
        share: how far from chance, or from 0, to the human ceiling; None without a ceiling.
        change: to the baseline; None for the baseline, and without one.
    """

    value: float
    interval: Interval | None
    items: int | None
    seeds: int
    rank: tuple[int, int, int] | None = None
    is_best: bool = False
    share: float | None = None
    change: Change | None = None


@dataclass(frozen=True)
class Column:
    """One metric of one table.

    Attributes:
        metric: its name.
        chosen: the filter of lm-eval, "none" mostly.
        better: True where higher is better, False where lower is; None where it only stands beside others.
        yardsticks: what people, and equal probabilities, score.
        cells: by label of the row.
        left_out: items that some row has a figure of and another has not; they count for none.
    """

    metric: str
    chosen: str
    better: bool | None
    yardsticks: Yardsticks
    cells: Mapping[str, Cell]
    left_out: int = 0

    @property
    def title(self) -> str:
        """The metric, with its filter where there is one."""
        return shown(self.metric if self.chosen == PLAIN else f"{self.metric} ({self.chosen})")


@dataclass(frozen=True)
class Table:
    """What was scored on one task, asked in one way, on one set of items.

    Attributes:
        task: or group.
        asked: of each of its tasks.
        parts: items that are independent of each other; None where no samples tell.
        columns: the metrics.
        trained: rows that were trained on test cues, with their number.
        scored: what the rows rest on, by label.
    """

    task: str
    asked: tuple[Asked, ...]
    parts: int | None
    columns: tuple[Column, ...]
    trained: Mapping[str, int]
    scored: Mapping[str, Sequence[Scored]]

    @property
    def is_demo(self) -> bool:
        """Whether it rests on the demo norms, which were written by hand."""
        return any(one.is_demo for one in self.asked)

    @property
    def labels(self) -> list[str]:
        """The rows that have a figure."""
        return list(self.scored)


@dataclass(frozen=True)
class Comparison:
    """The whole leaderboard.

    Attributes:
        rows: models, with or without an adapter, and runs of one recipe with several seeds.
        baseline: label of the row that changes are told against; None without one.
        tables: one for each task and way of asking.
        notes: what a reader must know of the figures, in plain words.
        draws: of the bootstrap.
        tests: number of changes that were tested, by which p-values are corrected.
    """

    rows: Sequence[Row]
    baseline: str | None
    tables: Sequence[Table]
    notes: Sequence[str]
    draws: int
    tests: int


def compare(gathered: Gathered, rows: Sequence[Row], baseline: str | None, draws: int = DRAWS) -> Comparison:
    """Compare what was scored, every task by itself.

    Args:
        gathered: what every entry scored.
        rows: of the tables.
        baseline: label of one of them.
        draws: of the bootstrap and the permutation tests.
    """
    by_question: dict[object, dict[str, list[Scored]]] = defaultdict(dict)
    for question, label, members in _placed(gathered.scored, rows):
        by_question[question][label] = members
    tables = [_table(scored, baseline, draws) for scored in by_question.values()]
    tables.sort(key=lambda table: (table.is_demo, table.task))
    corrected, tests = _with_correction(tables)
    notes = [*gathered.notes, *_told_apart(corrected), *_without_samples(corrected), *_left_out(corrected)]
    return Comparison(rows, baseline, corrected, notes, draws, tests)


def _placed(scored: Sequence[Scored], rows: Sequence[Row]) -> Iterator[tuple[object, str, list[Scored]]]:
    """The table of each row and task; figures without samples stand beside those of as many rows."""
    sampled: dict[object, set[object]] = defaultdict(set)
    for one in scored:
        if one.samples is not None:
            sampled[one.question[:2], one.rows].add(one.question)
    for row in rows:
        found: dict[object, list[Scored]] = defaultdict(list)
        for one in scored:
            if one.entry in row.entries:
                alike = sampled[one.question[:2], one.rows] if one.samples is None else set()
                found[next(iter(alike)) if len(alike) == 1 else one.question].append(one)
        yield from ((question, row.label, members) for question, members in found.items())


def _table(scored: Mapping[str, Sequence[Scored]], baseline: str | None, draws: int) -> Table:
    first = next(iter(scored.values()))[0]
    sampled = next((one.samples for runs in scored.values() for one in runs if one.samples), None)
    figures = list(dict.fromkeys(name for runs in scored.values() for name in runs[0].results.figures))
    better = {name: is_high for runs in scored.values() for name, is_high in runs[0].results.better.items()}
    shown = [name for name in figures if not is_yardstick(name, figures)]
    columns = [_column(name, better.get(name[0]), scored, baseline, draws) for name in shown]
    trained = {label: max(one.trained for one in runs) for label, runs in scored.items()}
    return Table(
        first.results.name,
        first.results.asked,
        None if sampled is None else len(set(sampled.parts)),
        tuple(columns),
        {label: number for label, number in trained.items() if number},
        scored,
    )


@dataclass(frozen=True)
class _Figures:
    """One metric of several rows, item by item.

    Attributes:
        labels: of the rows.
        seeds: of each row, shape (items, seeds).
        parts: which items belong together.
        left_out: items that some row has a figure of and another has not.
    """

    labels: list[str]
    seeds: list[Numbers]
    parts: list[str]
    left_out: int

    @property
    def means(self) -> Numbers:
        """Each row's figures, averaged over its seeds; shape (items, rows)."""
        return np.stack([of_row.mean(axis=1) for of_row in self.seeds], axis=1)


def _column(
    figure: Figure,
    better: bool | None,
    scored: Mapping[str, Sequence[Scored]],
    baseline: str | None,
    draws: int,
) -> Column:
    known = {label: runs for label, runs in scored.items() if all(figure in r.results.figures for r in runs)}
    cells = {label: _reported(figure, runs) for label, runs in known.items()}
    exact = _exact(figure, known)
    if exact is not None:
        cells |= _cells(exact, better, draws)
        if baseline in exact.labels:
            changes = _changes(exact, exact.labels.index(baseline), better, draws)
            cells |= {label: replace(cells[label], change=change) for label, change in changes.items()}
    if baseline in cells:
        of_base = cells[baseline].value
        cells |= {
            label: replace(cell, change=Change(cell.value - of_base))
            for label, cell in cells.items()
            if cell.change is None and label != baseline
        }
    yardsticks = yardsticks_of(figure, [one.results.figures for runs in known.values() for one in runs])
    best = _best([cell.value for cell in cells.values()], better)
    cells = {
        label: replace(cell, is_best=cell.value == best, share=yardsticks.share(cell.value, better))
        for label, cell in cells.items()
    }
    return Column(*figure, better, yardsticks, cells, exact.left_out if exact else 0)


def _best(values: Sequence[float], better: bool | None) -> float | None:
    numbers = [value for value in values if math.isfinite(value)]
    if better is None or len(numbers) < 2:
        return None
    return max(numbers) if better else min(numbers)


def _reported(figure: Figure, runs: Sequence[Scored]) -> Cell:
    """What lm-eval's results say, where no samples do; one run has an interval by its standard error."""
    told = [run.results.figures[figure] for run in runs]
    value = float(np.mean([one.value for one in told]))
    stderr = told[0].stderr if len(told) == 1 else None
    interval = None if stderr is None else Interval(value - 1.96 * stderr, value + 1.96 * stderr)
    return Cell(value, interval, runs[0].rows, len(runs))


def _exact(figure: Figure, scored: Mapping[str, Sequence[Scored]]) -> _Figures | None:
    """The figures of every row that has samples, on the items that all of them have a figure of."""
    labels, seeds, parts = [], [], None
    for label, runs in scored.items():
        samples = [run.samples for run in runs]
        if any(one is None or figure not in one.figures for one in samples):
            continue
        labels.append(label)
        seeds.append(np.stack([one.figures[figure] for one in samples if one is not None], axis=1))
        if parts is None and samples[0] is not None:
            parts = list(samples[0].parts)
    if parts is None:
        return None
    has = np.concatenate([np.isfinite(of_row) for of_row in seeds], axis=1)
    shared: NDArray[np.bool_] = np.all(has, axis=1)
    if not shared.any():
        return None
    kept = [part for part, is_shared in zip(parts, shared, strict=True) if is_shared]
    left_out = int(has.any(axis=1).sum() - shared.sum())
    return _Figures(labels, [of_row[shared] for of_row in seeds], kept, left_out)


def _cells(figures: _Figures, better: bool | None, draws: int) -> dict[str, Cell]:
    sums = sums_of(figures.means, figures.parts)
    drawn = bootstrap_means(sums, draws)
    intervals = percentile_interval(drawn, len(sums.totals))
    ranks = None if better is None else rank_intervals(sums.means, drawn, higher_is_better=better)
    found = {}
    for place, (label, of_row) in enumerate(zip(figures.labels, figures.seeds, strict=True)):
        value, interval = float(sums.means[place]), intervals[place]
        if of_row.shape[1] > 1 and len(sums.totals) > 1:
            interval = over_seeds([_by_part(of_row, figures.parts)]).interval
        rank = None if ranks is None or len(figures.labels) < 2 else ranks[place]
        found[label] = Cell(value, interval, len(figures.parts), of_row.shape[1], rank)
    return found


def _changes(figures: _Figures, base: int, better: bool | None, draws: int) -> dict[str, Change]:
    """The change of every row but the baseline."""
    means = figures.means
    differences = sums_of(means - means[:, [base]], figures.parts)
    intervals = percentile_interval(bootstrap_means(differences, draws), len(differences.totals))
    p_values = permutation_p_values(differences, draws)
    effects = effect_size(differences)
    each = differences.totals * (-1.0 if better is False else 1.0)
    found = {}
    for place, label in enumerate(figures.labels):
        if place == base:
            continue
        change = Change(
            float(differences.means[place]),
            intervals[place],
            float(p_values[place]),
            effect=float(effects[place]),
            better=int((each[:, place] > 0).sum()),
            worse=int((each[:, place] < 0).sum()),
        )
        groups = [_by_part(figures.seeds[one], figures.parts) for one in (place, base)]
        if any(group.shape[1] > 1 for group in groups) and len(groups[0]) > 1:
            estimate = over_seeds(groups)
            change = replace(change, interval=estimate.interval, p_value=estimate.p_value)
        found[label] = change
    return found


def _by_part(of_row: Numbers, parts: Sequence[str]) -> Numbers:
    """Means of the rows of each part, shape (parts, seeds)."""
    sums: Sums = sums_of(of_row, parts)
    means: Numbers = sums.totals / sums.counts
    return means


def _with_correction(tables: Sequence[Table]) -> tuple[list[Table], int]:
    """The tables with p-values corrected for all changes that were tested, and how many these are.

    Tested are metrics by which a model can be better.
    """
    tested = [
        (number, place, label, cell.change.p_value)
        for number, table in enumerate(tables)
        for place, column in enumerate(table.columns)
        for label, cell in column.cells.items()
        if cell.change is not None and cell.change.p_value is not None and column.better is not None
    ]
    corrected = dict(zip((one[:3] for one in tested), holm([one[3] for one in tested]), strict=True))

    def mended(number: int, place: int, column: Column) -> Column:
        cells = dict(column.cells)
        for label, cell in cells.items():
            if cell.change is not None:
                change = replace(cell.change, corrected=corrected.get((number, place, label)))
                cells[label] = replace(cell, change=change)
        return replace(column, cells=cells)

    found = [
        replace(table, columns=tuple(mended(number, place, one) for place, one in enumerate(table.columns)))
        for number, table in enumerate(tables)
    ]
    return found, len(tested)


def _told_apart(tables: Sequence[Table]) -> Iterator[str]:
    """Why a task has several tables."""
    by_task: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        by_task[table.task].append(table)
    for task, several in by_task.items():
        if len(several) > 1:
            yield (
                f"{task} stands in {len(several)} tables, whose figures must not be compared: "
                f"{', '.join(_differences(several))} differ"
            )


_DIFFERENCES = {
    "version": "task versions",
    "data": "human data",
    "prompts": "prompts",
    "answers": "how answers are asked for",
    "examples": "numbers of worked examples",
    "chat": "chat format or not",
    "system": "system instructions",
    "norms": "norms",
}


def _differences(tables: Sequence[Table]) -> list[str]:
    """In what the questions of some tables differ, in plain words."""
    found = [
        told
        for name, told in _DIFFERENCES.items()
        if len({tuple(getattr(one, name) for one in table.asked) for table in tables}) > 1
    ]
    return found if found else ["items"]


def _without_samples(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        missing = [label for label, runs in table.scored.items() if any(run.samples is None for run in runs)]
        if missing:
            yield (
                f"{table.task}: no samples files for {', '.join(missing)}: their changes are not tested; "
                "evaluate with --log_samples (`align eval` always does)"
            )


def _left_out(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            if column.left_out:
                yield (
                    f"{table.task}: {column.title} is told on the items that every row has a figure of; "
                    f"{column.left_out} others are left out"
                )
