"""All metrics of one task: from a model's answer to its numbers."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from align_tasks.errors import AlignError, one_line
from align_tasks.plugins.loading import loaded, tell_failure
from align_tasks.reference import resolve
from align_tasks.scores.metric import Metric, metrics_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Column:
    """One number of a task: a metric, for one of the cultures that it compares or for all at once."""

    name: str
    metric: Metric
    score: Callable[..., Any]
    cultures: tuple[str, ...]


class Scorer:
    """Scores answers by every metric of a kind.

    Args:
        kind: of the answers, as `Metric.kind` has it.
        cultures: that the task compares; a metric with ``{culture}`` in its name gives a number for each.

    Raises:
        AlignError: there is no metric of that kind, two give one name, or one of the package's own cannot be
            imported.
    """

    def __init__(self, kind: str, cultures: Iterable[str] = ()) -> None:
        metrics = metrics_of(kind)
        if not metrics:
            raise AlignError(f"there are no metrics of kind {kind!r}", hint="Register some: register_metrics")
        self._columns = [column for metric in metrics for column in _columns(metric, tuple(cultures))]
        twice = [name for name, count in Counter(c.name for c in self._columns).items() if count > 1]
        if twice:
            raise AlignError(f"two metrics of kind {kind!r} give the same name: {', '.join(twice)}")
        self._failed: set[str] = set()

    def metric_list(self) -> list[dict[str, Any]]:
        """The metrics as lm-eval's task files list them."""
        better = {"higher": True, "lower": False, None: None}
        return [
            {"metric": column.name, "aggregation": "mean", "higher_is_better": better[column.metric.better]}
            for column in self._columns
        ]

    def describe(self, row: dict[str, Any]) -> dict[str, Any]:
        """What the metrics say of the data that they rest on, for a row of the task."""
        found: dict[str, Any] = {}
        for metric in {column.metric.describe: column.metric for column in self._columns}.values():
            if metric.describe is not None:
                try:
                    found |= resolve(metric.describe)(row)
                except AlignError:  # what the user is to see before the model is asked
                    raise
                except Exception as error:
                    tell_failure(metric, f"the description of its metric {metric.name!r}", error)
        return found

    def metrics(self) -> list[Metric]:
        """The metrics in use."""
        return list({id(column.metric): column.metric for column in self._columns}.values())

    def scores(self, answer: Any) -> dict[str, float]:
        """Every metric's number for one answer, without those that leave it out.

        A metric that fails gives NaN, and so a mean that nobody takes for a number: the model's work, and the
        other metrics, are not lost with it.
        """
        found: dict[str, float] = {}
        for column in self._columns:
            try:
                number = column.score(answer, *column.cultures)
                if number is not None:
                    found[column.name] = float(number)
            except Exception as error:
                found[column.name] = math.nan
                self._tell(column, error)
        return found

    def _tell(self, column: _Column, error: Exception) -> None:
        if column.name not in self._failed:
            self._failed.add(column.name)
            told = f"the metric {column.name!r} of {loaded().origin_of(column.metric)} failed and is NaN"
            logger.error("%s: %s", told, one_line(error), exc_info=error)


def _columns(metric: Metric, cultures: tuple[str, ...]) -> list[_Column]:
    """The numbers of a metric; none of a plugin's that cannot be imported."""
    try:
        score = resolve(metric.score)
    except AlignError as error:
        tell_failure(metric, f"its metric {metric.name!r}", error)
        return []
    if "{culture}" not in metric.name:
        return [_Column(metric.name, metric, score, ())]
    return [_Column(metric.name.format(culture=name), metric, score, (name,)) for name in cultures]
