"""Figures of the paper beside those of an experiment, training by training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Column, Comparison, Table
from align_tasks.comparison.entries import Training
from align_tasks.comparison.rows import Row

FIGURES = Path(__file__).parent / "paper_figures.yaml"
WAYS = {"untrained": "untrained", "sft": "SFT", "ppo": "PPO", "sft-ppo": "PPO after SFT"}
"""The ways of training that the paper compares, by name, in words."""

Way = Literal["untrained", "sft", "ppo", "sft-ppo"]


class PaperFigure(BaseModel):
    """What the paper's models scored by one metric.

    Attributes:
        task, metric: their names here.
        culture: whose associations the models were trained on.
        about: what is to be known before figures are compared.
        models: figures by model and way of training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    metric: str
    culture: str
    about: str
    models: Mapping[str, Mapping[Way, float]]


@dataclass(frozen=True)
class Line:
    """What one model scored.

    Attributes:
        model: its name.
        is_paper: whether the figures are the paper's.
        figures: by way of training, in words; several where several recipes trained in that way.
    """

    model: str
    is_paper: bool
    figures: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Beside:
    """Figures by one metric, those of the paper first.

    Attributes:
        task, metric: their names.
        about: what is to be known before figures are compared.
        lines: of the models.
    """

    task: str
    metric: str
    about: str
    lines: Sequence[Line]


@cache
def paper_figures() -> list[PaperFigure]:
    """The figures that the paper and its published code give."""
    content = yaml.safe_load(FIGURES.read_text(encoding="utf-8"))
    return TypeAdapter(list[PaperFigure]).validate_python(content)


def beside_paper(comparison: Comparison) -> list[Beside]:
    """The figures of a comparison that the paper has, too, each beside the paper's."""
    return [
        Beside(figure.task, column.title, figure.about, [*of_paper(figure), *ours])
        for figure in paper_figures()
        for table in comparison.tables
        if table.task == figure.task
        for column in table.columns
        if column.metric == figure.metric
        if (ours := list(of_experiment(figure.culture, comparison, table, column)))
    ]


def of_paper(figure: PaperFigure) -> Iterator[Line]:
    """The figures of the paper's models, with their changes from the untrained one."""
    for model, figures in figure.models.items():
        untrained = figures["untrained"]
        told: dict[str, Sequence[str]] = {
            way: [wording.with_change(value, None if way == "untrained" else value - untrained)]
            for way, value in figures.items()
        }
        yield Line(model, True, told)


def of_experiment(culture: str, comparison: Comparison, table: Table, column: Column) -> Iterator[Line]:
    """The figures of each model whose rows were trained as the paper's, if any was.

    Args:
        culture: whose associations must have been learned.
        comparison: that the table is of.
        table, column: with the figures.
    """
    rows = [(row, way) for row in comparison.rows if (way := _way(row, culture))]
    for model in dict.fromkeys(row.members[0].model for row, _ in rows):
        found: dict[str, list[str]] = {}
        for row, way in rows:
            if row.members[0].model == model and row.label in column.cells:
                remark = wording.remarks(table, row.label)
                told = wording.in_brief(column.cells[row.label])
                found.setdefault(way, []).append(f"{told} ({remark})" if remark else told)
        if set(found) - {"untrained"}:
            yield Line(model.rpartition("/")[2], False, found)


def _way(row: Row, culture: str) -> str | None:
    """How a row was trained; None where the paper has no such training."""
    first = row.members[0]
    if first.training is None:
        return None if row.has_adapter else "untrained"
    starts = [one for one in first.training.starts if isinstance(one, Training)]
    if len(starts) < len(first.training.starts):
        return None
    trainings = [*reversed(starts), first.training]
    way = "-".join(one.trainer for one in trainings)
    return way if way in WAYS and {one.culture for one in trainings} == {culture} else None
