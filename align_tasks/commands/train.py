"""`align train`: train an adapter, by a trainer that a plugin brings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from align_tasks.errors import AlignError

EXAMPLE = "Example: align train sft --model ./SmolLM2 --culture us --output adapters/us"


def train(
    trainer: Annotated[str | None, typer.Argument(help="Which trainer; without it, they are listed.")] = None,
    model: Annotated[str | None, typer.Option(help="Folder or hub name of the model.")] = None,
    culture: Annotated[str | None, typer.Option(help="Whose associations to learn.")] = None,
    output: Annotated[Path | None, typer.Option(help="Folder for the adapter; a new one.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="YAML file of settings.")] = None,
    show_recipe: Annotated[
        bool, typer.Option("--show-recipe", help="Print every setting with its default, and stop.")
    ] = False,
) -> None:
    """Train a model on a culture's associations, by one of the trainers that are installed."""
    import yaml

    from align_tasks.cultures import get_culture
    from align_tasks.reference import resolve
    from align_tasks.trainers import TrainingJob, get_trainer, trainers

    if trainer is None:
        for known in trainers().values():
            typer.echo(f"{known.name}: {known.summary}")
        if not trainers():
            typer.echo("No trainer is installed.", err=True)
        return
    chosen = get_trainer(trainer)
    if show_recipe:
        typer.echo(yaml.safe_dump(dict(chosen.recipe), allow_unicode=True, sort_keys=False), nl=False)
        return
    if model is None or culture is None or output is None:
        raise typer.BadParameter("name --model, --culture and --output")
    known_culture = get_culture(culture)
    settings = dict(chosen.recipe) | _read_recipe(recipe, chosen.recipe)
    function = resolve(chosen.train)
    _make_empty(output)
    function(TrainingJob(model=model, culture=known_culture, recipe=settings, output=output))


def _read_recipe(file: Path | None, known: Any) -> dict[str, Any]:
    """Settings of a recipe file, all of which the trainer must know."""
    import difflib

    import yaml

    if file is None:
        return {}
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise AlignError(f"cannot read the recipe {file}: {error}") from error
    if not isinstance(found, dict):
        raise AlignError(f"the recipe {file} is no list of settings and values")
    for key in found:
        if key not in known:
            close = difflib.get_close_matches(str(key), list(known), n=1)
            hint = f"Is {close[0]} meant?" if close else f"Settings: {', '.join(known)}"
            raise AlignError(f"{file} sets {key!r}, which the trainer does not know", hint=hint)
    return found


def _make_empty(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise AlignError(f"the output folder {output} is not empty", hint="Name a new one.")
    except OSError as error:
        raise AlignError(f"cannot write to {output}: {error.strerror}") from error
