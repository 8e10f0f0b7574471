"""The report as one HTML file, which opens without a network and without scripts, and can be printed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from markupsafe import Markup

from align_tasks import __version__
from align_tasks.comparison import wording
from align_tasks.comparison.entries import shown
from align_tasks.comparison.page import embed
from align_tasks.comparison.page import page as leaderboard
from align_tasks.errors import AlignError
from align_tasks.experiments.words import duration, size
from align_tasks.files import replace_file
from align_tasks.reports import fingerprints, reproduction, setup
from align_tasks.reports.against import against_settings
from align_tasks.reports.beside_paper import WAYS, Beside, beside_paper
from align_tasks.reports.charts import Chart, curves, forests
from align_tasks.reports.differences import differences, settings_differences
from align_tasks.reports.experiment import ReadExperiment, read_experiment
from align_tasks.reports.findings import Finding, findings
from align_tasks.reports.progress import Count, Progress, count
from align_tasks.reports.tables import Shown, Stood, shown_tables, tested_changes, told_changes

FOLDER = Path(__file__).parent
SHEETS = (leaderboard.FOLDER / "page.css", FOLDER / "report.css")
LONGEST = 4000  # characters of a text


@dataclass(frozen=True)
class Found:
    """A comparison as the page shows it.

    Attributes:
        finding: the comparison, with what is missing of it.
        tables: with the figures.
        told: the changes that tests tell from chance.
        tested: how many changes were tested.
        notes: what is to be known of the figures.
        legend: what the figures are.
        charts: the changes as figures.
        against: the figures against each setting that trainings vary.
        beside: the figures that the paper has, too.
    """

    finding: Finding
    tables: Sequence[Shown]
    told: Sequence[Stood]
    tested: int
    notes: Sequence[str]
    legend: Sequence[str]
    charts: Sequence[Chart]
    against: Sequence[Chart]
    beside: Sequence[Beside]


def write_report(folder: Path, file: Path) -> Count:
    """Write the report of an experiment, whole or not at all; its folder is made where it is missing.

    Returns:
        How far the experiment got.

    Raises:
        AlignError: the folder holds no experiment or nothing to report, or the file cannot be written.
    """
    read = read_experiment(folder)
    text = page(read)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, text.encode())
    except OSError as error:
        raise AlignError(f"cannot write {file}: {error.strerror or error}") from error
    return count(read.progress)


def page(read: ReadExperiment) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    sheet = embed.style("".join(file.read_text(encoding="utf-8") for file in SHEETS))
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    environment.filters |= {"duration": duration, "size": size}
    told = sections(read)
    return environment.get_template("report.html.j2").render(
        policy=embed.policy([], [sheet]), sheet=sheet, version=__version__, **told
    )


def sections(read: ReadExperiment) -> dict[str, Any]:
    """What stands in each section; what cannot be read is told among the notes."""
    found = [_found(one, read.folder) for one in findings(read)]
    learning = list(curves(read.trained, read.notes))
    return {
        "name": read.plan.experiment,
        "question": None if read.experiment is None else read.experiment.question,
        "when": _when(read.progress),
        "count": count(read.progress),
        "failed": [one for one in read.progress if one.reached == "failed"],
        "steps": read.progress,
        "demo": fingerprints.uses_demo(read),
        "found": found,
        "learning": learning,
        "ways": WAYS,
        "models": setup.models_of(read),
        "runs": setup.runs_of(read),
        "asked": setup.asked_in(read),
        "task_data": fingerprints.task_data(read),
        "training_data": fingerprints.training_data(read),
        "differences": differences(read),
        "settings": settings_differences(read),
        "commands": reproduction.commands(read),
        "packages": reproduction.packages(read),
        "machines": reproduction.machines(read),
        "recipe": read.recipe,
        "notes": _without(read.folder, read.notes),
    }


def _found(finding: Finding, folder: Path) -> Found:
    comparison = finding.comparison
    if comparison is None:
        return Found(finding, [], [], 0, _without(folder, finding.notes), [], [], [], [])
    tables = shown_tables(comparison)
    notes = _without(folder, [*finding.notes, *wording.problems(comparison)])
    return Found(
        finding,
        tables,
        told_changes(tables),
        tested_changes(tables),
        notes,
        wording.legend(comparison),
        list(forests(tables)),
        list(against_settings(comparison, tables)),
        beside_paper(comparison),
    )


def _without(folder: Path, notes: Sequence[str]) -> list[str]:
    """Notes, each once, that name files by where they are in the folder and not by where that lies."""
    return list(dict.fromkeys(note.replace(f"{folder}/", "") for note in notes))


def _when(progress: Sequence[Progress]) -> str:
    """The days from the first start that is noted to the last end."""
    times = [*chain.from_iterable((one.started, one.ended) for one in progress)]
    days = sorted({time.strftime("%Y-%m-%d", time.gmtime(one)) for one in times if one is not None})
    return "" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _printable(value: Any) -> Any:
    """Texts from outside without control characters, which could turn what stands around them."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else shown(value, LONGEST)
