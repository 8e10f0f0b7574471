"""`align plugins`: what is installed, what it adds, and what is wrong with it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.plugins.plugin import Plugin

app = typer.Typer(help="List the plugins, or begin a new one.", invoke_without_command=True)

NEW_EXAMPLES = (
    "Examples: align plugins new align-manners · "
    "align plugins new align-korea --culture kr --language ko --country KOR"
)
NEXT = """
Next:
  cd {folder}
  pip install -e ".[test]"   install it; your changes to its code and data count at once
  pytest                     run its own tests
  align plugins              see what it adds
README.md says what to replace by your own."""


@app.callback(epilog="Examples: align plugins · align plugins --json · align plugins new align-korea")
def list_plugins(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")] = False,
) -> None:
    """List the plugins: name, version, hooks, what each adds, and problems with their fix."""
    if context.invoked_subcommand is not None:
        return
    from align_tasks.plugins.loading import loaded

    found = loaded()
    plugins = (*found.plugins, *found.unselected)
    if as_json:
        typer.echo(json.dumps([_described(plugin) for plugin in plugins], indent=1, ensure_ascii=False))
    else:
        from align_tasks.plugins.views import print_plugins

        print_plugins(plugins)


@app.command("new", epilog=NEW_EXAMPLES)
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the package, such as align-korea.")],
    culture: Annotated[
        str | None, typer.Option(metavar="NAME", help="Bring a culture of this name, such as kr.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Its language, such as ko or zh-Hant.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(metavar="CODE", help="Its country, ISO 3166-1 alpha-3, such as KOR.")
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where to make the package's folder.")] = Path(),
) -> None:
    """Begin a plugin: write a package that installs, passes its own tests, and is listed at once.

    It brings a task with metrics of its own, or, with --culture, a culture that is all data.
    """
    from align_tasks.plugins import new as begin

    try:
        brought = _culture(culture, language, country)
        files = begin.package_files(name, brought)
    except AlignError as error:
        raise typer.BadParameter(str(error)) from error
    folder = output / name
    begin.write_package(files, folder)
    typer.echo(f"Wrote the plugin to {folder}, {len(files)} files.")
    for note in begin.notes(brought) if brought else ():
        typer.echo(note)
    typer.echo(NEXT.format(folder=shlex.quote(str(folder))))


def _culture(name: str | None, language: str | None, country: str | None) -> Culture | None:
    """The culture to bring, or None where no option names one."""
    if name and language and country:
        return Culture(name=name, language=language, country=country)
    if name is None and language is None and country is None:
        return None
    raise typer.BadParameter(
        "a culture needs all three of --culture, --language and --country, "
        "such as --culture kr --language ko --country KOR"
    )


def _described(plugin: Plugin) -> dict[str, Any]:
    problem = plugin.problem
    return {
        "name": plugin.origin.name,
        "distribution": plugin.origin.distribution,
        "version": plugin.origin.version,
        "status": plugin.status,
        "hooks": plugin.hooks,
        "adds": plugin.added_names(),
        "problem": problem.reason if problem else None,
        "fix": problem.fix if problem else None,
    }
