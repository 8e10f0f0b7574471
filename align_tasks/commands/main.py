"""Entry point of `align`: gathers the subcommands and turns errors into exit statuses."""

from __future__ import annotations

import io
import logging
import sys
from typing import Annotated

import typer

from align_tasks import __version__
from align_tasks.commands import data, demo, evaluate, tasks
from align_tasks.errors import DETAILS, AlignError, one_line

app = typer.Typer(
    name="align",
    help="Measure the cultural alignment of language models: word associations and survey answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(data.app, name="data")
app.add_typer(tasks.app, name="tasks")
app.command("eval", epilog=evaluate.EXAMPLE)(evaluate.evaluate)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"align-tasks {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the subcommand."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="%(levelname)s %(message)s",
        stream=sys.stderr,
    )


def run() -> None:
    """Run the command: exit status 0 done, 1 the work failed, 2 wrong usage."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # shows what its encoding lacks as standard error does
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        told = str(error) if isinstance(error, AlignError) else f"{one_line(error)}\n  {DETAILS}"
        typer.echo(f"align: {told}", err=True)
        raise SystemExit(1) from None
