"""`align tasks`: what can be evaluated, and where its files are."""

from __future__ import annotations

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
    """Print the folder of the task files, for lm-eval's --include_path."""
    from align_tasks.task_folder import task_folder

    typer.echo(task_folder())
