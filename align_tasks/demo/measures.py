"""What the demo shows of a comparison, in words: a few measures, where the page has them all."""

from __future__ import annotations

from dataclasses import dataclass

from align_tasks.comparison.compare import Column, Comparison


@dataclass(frozen=True)
class Measure:
    """A metric of a task, in words."""

    task: str
    metric: str
    words: str


MEASURES = (
    Measure("swow_us", "p_at_5", "P@5 of associations"),
    Measure("swow_us", "invalid", "unreadable associations"),
    Measure("swow_us_rank", "spearman", "Spearman of rankings"),
    Measure("swow_us_rank", "invalid", "unreadable rankings"),
    Measure("wvs_tension_us", "us_aligned", "English: nearer to USA"),
    Measure("wvs_tension_us", "distance_us", "English: distance to USA"),
    Measure("wvs_tension_us", "distance_zh", "English: distance to China"),
    Measure("wvs_tension_zh", "us_aligned", "Chinese: nearer to USA"),
    Measure("wvs_tension_zh", "distance_us", "Chinese: distance to USA"),
    Measure("wvs_tension_zh", "distance_zh", "Chinese: distance to China"),
)


@dataclass(frozen=True)
class Measured:
    """What the models scored by a measure."""

    measure: Measure
    column: Column
    items: int | None


def measured(comparison: Comparison) -> list[Measured]:
    """The measures that the comparison holds, in their order."""
    found = {
        (table.task, column.metric): Measured(measure, column, table.parts)
        for table in comparison.tables
        for column in table.columns
        for measure in MEASURES
        if (measure.task, measure.metric) == (table.task, column.metric)
    }
    return [found[one.task, one.metric] for one in MEASURES if (one.task, one.metric) in found]
