"""`align run`: a whole experiment from one file, of which only what is missing is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from align_tasks.experiments.prepare import Prepared

EXAMPLE = "Example: align run paper_us --model llama=./Llama-3.1-8B-Instruct --dry-run"


def run(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="YAML file of the experiment, or a recipe of the package."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print the steps with estimates of what they take, and do nothing."),
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Print how far each step is, also while it runs, and do nothing.")
    ] = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="With --dry-run: print the command of each step, too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print --dry-run or --status as JSON on standard output.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder of what comes of it; results/NAME unless given.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="Folder or hub name of a model of the recipe; repeatable."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Leave a model of the recipe out; repeatable."),
    ] = None,
    cores: Annotated[
        int | None, typer.Option(min=1, help="Processor cores for all steps that run at once; all there are.")
    ] = None,
    memory: Annotated[
        float | None, typer.Option(min=0.001, help="Memory for all steps that run at once, in GB.")
    ] = None,
    gpus: Annotated[int | None, typer.Option(min=0, help="GPUs for all steps that run at once.")] = None,
    executor: Annotated[
        str | None, typer.Option(help="Snakemake plugin that runs the steps elsewhere, such as slurm.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Steps that an executor is given at once.")] = 100,
    profile: Annotated[
        Path | None, typer.Option(help="Folder with a Snakemake profile, such as that of a cluster.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of recipes, for editors, and stop.")
    ] = False,
) -> None:
    """Train, evaluate and compare as a recipe says; the same command again does only what is missing."""
    if schema:
        _print_schema()
        return
    from align_tasks.experiments.shipped import recipe_file, shipped_recipes

    if recipe is None:
        raise typer.BadParameter(
            f"name a file, or one of: {', '.join(shipped_recipes())}", param_hint="RECIPE"
        )
    _check_flags(dry_run=dry_run, status=status, commands=commands, as_json=as_json)
    models = _models(model or ())

    from align_tasks.experiments.carrying_out import carry_out
    from align_tasks.experiments.engine import Limits, program
    from align_tasks.experiments.prepare import prepare

    prepared = prepare(recipe_file(recipe), models, output, without or ())
    if status:
        _print_status(prepared, as_json=as_json)
        return
    program()
    limits = Limits(
        cores=cores or os.cpu_count() or 1,
        memory_gb=memory,
        gpus=gpus,
        executor=None if executor == "local" else executor,
        jobs=jobs,
        profile=profile,
    )
    if dry_run:
        _print_outlook(prepared, limits.cores, as_json=as_json, commands=commands)
        return
    carry_out(prepared, limits, lambda line: typer.echo(line, err=True))


def _check_flags(*, dry_run: bool, status: bool, commands: bool, as_json: bool) -> None:
    if dry_run and status:
        raise typer.BadParameter("not together with --dry-run", param_hint="'--status'")
    if commands and not dry_run:
        raise typer.BadParameter("only with --dry-run", param_hint="'--commands'")
    if as_json and not (dry_run or status):
        raise typer.BadParameter("only with --dry-run or --status", param_hint="'--json'")


def _print_outlook(prepared: Prepared, cores: int, *, as_json: bool, commands: bool) -> None:
    from align_tasks.experiments import showing_plan
    from align_tasks.experiments.planned import outlook

    found = outlook(prepared, cores)
    if as_json:
        _print_json(showing_plan.as_json(found, prepared.output))
        return
    for line in showing_plan.lines(found, with_commands=commands):
        typer.echo(line)


def _print_status(prepared: Prepared, *, as_json: bool) -> None:
    from align_tasks.experiments import showing_status
    from align_tasks.experiments.status import status_of

    found = status_of(prepared)
    if as_json:
        _print_json(showing_status.as_json(found, prepared.output))
        return
    for line in showing_status.lines(found):
        typer.echo(line)


def _models(given: tuple[str, ...] | list[str]) -> dict[str, str]:
    models = {}
    for text in given:
        name, equals, source = text.partition("=")
        if not name or not equals or not source:
            raise typer.BadParameter(f"{text!r} is not NAME=FOLDER", param_hint="'--model'")
        models[name] = source
    return models


def _print_schema() -> None:
    from align_tasks.experiments.schema import schema

    _print_json(schema())


def _print_json(values: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(values, indent=2, ensure_ascii=False))
