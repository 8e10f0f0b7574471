"""`align report`: an experiment as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: align report results/paper_us --output paper_us.html"


def report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Output folder of `align run`.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page; FOLDER/report.html unless given.")
    ] = None,
) -> None:
    """Make one page of an experiment: question, findings, figures, setup, data, and how to reproduce it."""
    from align_tasks.reports.page import write_report

    file = output or folder / "report.html"
    reached = write_report(folder, file)
    if not reached.is_finished:
        typer.echo(f"the experiment is not finished: {reached.in_words()}", err=True)
    typer.echo(f"wrote {file}", err=True)
