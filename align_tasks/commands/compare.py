"""`align compare`: a leaderboard from results of lm-eval."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: align compare results --baseline SmolLM2-135M-Instruct --html leaderboard.html"


class Format(str, Enum):
    """How the tables are printed."""

    terminal = "terminal"
    md = "md"
    latex = "latex"
    csv = "csv"
    json = "json"


def compare(
    results: Annotated[
        list[Path],
        typer.Argument(help="Results files of lm-eval, or folders with such, also those of other tools."),
    ],
    baseline: Annotated[
        str | None,
        typer.Option(help="Name or hash of the model that changes are told against; the only base model."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Also write a page with tables, charts and answers to this file."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Also write a folder to publish: a Space, figures, metadata of cards."
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the tables.")] = Format.terminal,
    each_seed: Annotated[
        bool, typer.Option("--each-seed", help="Show runs of one recipe with several seeds one by one.")
    ] = False,
    draws: Annotated[
        int, typer.Option(min=100, help="Draws of the bootstrap and of the permutation tests.")
    ] = 10_000,
) -> None:
    """Compare evaluated models: a row for each model and adapter, intervals, tests against a baseline."""
    from rich.console import Console

    from align_tasks.comparison.formats.data import as_csv, as_json
    from align_tasks.comparison.formats.latex import latex
    from align_tasks.comparison.formats.markdown import markdown
    from align_tasks.comparison.formats.terminal import print_comparison
    from align_tasks.comparison.read import compare_results

    comparison, skipped = compare_results(results, baseline, draws, each_seed=each_seed)
    for one in skipped:
        typer.echo(f"left out {one.path}: {one.reason}", err=True)
    if html is not None:
        from align_tasks.comparison.page.page import write_page

        write_page(comparison, html)
        typer.echo(f"wrote {html}", err=True)
    if export is not None:
        from align_tasks.comparison.exports import export as write_folder

        write_folder(comparison, export)
        typer.echo(f"wrote {export}", err=True)
    if format is Format.terminal:
        print_comparison(comparison, Console())
        return
    write = {Format.md: markdown, Format.latex: latex, Format.csv: as_csv, Format.json: as_json}[format]
    typer.echo(write(comparison), nl=False)
