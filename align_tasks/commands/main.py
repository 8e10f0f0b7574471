"""Entry point of `align`: gathers the commands of the package and of plugins; errors become exit statuses."""

from __future__ import annotations

import io
import logging
import sys
from typing import Annotated

import typer

from align_tasks import __version__
from align_tasks.commands import data
from align_tasks.errors import DETAILS, AlignError, one_line
from align_tasks.plugins import loading

ALWAYS_WORKS = "plugins"
HELP = ("-h", "--help")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"align-tasks {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the subcommand."""
    wants_help = not set(HELP).isdisjoint(sys.argv)
    if context.invoked_subcommand != ALWAYS_WORKS and not wants_help:
        loading.refuse_problems(loading.loaded())


def build(found: loading.Loaded) -> typer.Typer:
    """The `align` command with everything that was registered."""
    app = typer.Typer(
        name="align",
        help="Measure the cultural alignment of language models: word associations and survey answers.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": list(HELP)},
    )
    app.callback()(options)
    data.add_sources(found.registry.readers.values())
    for command in found.registry.commands.values():
        command.add_to(app)
    return app


def run() -> None:
    """Run the command: exit status 0 done, 1 the work failed, 2 wrong usage."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # shows what its encoding lacks as standard error does
        sys.stdout.reconfigure(errors="backslashreplace")
    is_debug = "--debug" in sys.argv
    logging.basicConfig(
        level=logging.DEBUG if is_debug else logging.WARNING,
        format="%(levelname)s %(message)s",
        stream=sys.stderr,
    )
    try:
        build(loading.loaded())()
    except Exception as error:
        if is_debug:
            raise
        told = str(error) if isinstance(error, AlignError) else f"{one_line(error)}\n  {DETAILS}"
        typer.echo(f"align: {told}", err=True)
        raise SystemExit(1) from None
