"""`align tasks`: what can be evaluated, and where its files are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List the tasks, or say where their files are.", invoke_without_command=True)


@app.callback(epilog="Example: align tasks")
def list_tasks(context: typer.Context) -> None:
    """List the tasks and groups."""
    if context.invoked_subcommand is None:
        from align_tasks.evaluation import task_manager

        for name in task_manager().all_tasks:
            typer.echo(name)


@app.command("path", epilog='Example: lm_eval --include_path "$(align tasks path)" --tasks swow_us …')
def path() -> None:
    """Print the folder of the task files, those of plugins too, for lm-eval's --include_path."""
    from align_tasks.task_folder import task_folder

    typer.echo(task_folder())


@app.command("write", epilog="Example: align tasks write japan tasks")
def write(
    plugin: Annotated[str, typer.Argument(help="Name of an installed plugin; see `align plugins`.")],
    folder: Annotated[Path, typer.Argument(help="Where to write the files, such as tasks.")],
) -> None:
    """Write the task files of a plugin's cultures, tension sets and tasks, to be put into its wheel.

    A wheel that installs them as lm_eval/tasks/NAME makes plain lm_eval find them.
    """
    from align_tasks.task_folder import write_plugin_files

    for name in write_plugin_files(plugin, folder):
        typer.echo(folder / name)
