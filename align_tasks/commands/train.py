"""`align train`: a command for each trainer, with a flag for each setting of its recipe."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from align_tasks.errors import AlignError
from align_tasks.settings import settings_of
from align_tasks.trainers import INSTALL, Trainer, TrainingJob, get_trainer

EXAMPLE = "Example: align train {} --model ./SmolLM2 --culture us --output adapters/us"


class TrainerGroup(TyperGroup):
    """A command for each trainer; its recipe is imported only when it is called, and not to list it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the trainers."""
        return list(_registered())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A trainer as it is listed."""
        return _command(_registered()[cmd_name], lambda: None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The trainer that is called, and its arguments."""
        return args[0], _trainer_command(_registered().get(args[0]) or get_trainer(args[0])), args[1:]


def _registered() -> Mapping[str, Trainer]:
    """The trainers, whatever is wrong with plugins: help is shown even where that is an error."""
    from align_tasks.plugins.loading import loaded

    return loaded().registry.trainers


app = typer.Typer(
    cls=TrainerGroup,
    help="Train a model on a culture's associations, by one of the trainers that are installed.",
    invoke_without_command=True,
    subcommand_metavar="TRAINER [ARGS]...",
)


@app.callback(epilog=EXAMPLE.format("sft"))
def list_trainers(context: typer.Context) -> None:
    """List the trainers, unless one is named."""
    if context.invoked_subcommand is None:
        for known in _registered().values():
            typer.echo(f"{known.name}: {known.summary}")
        if not _registered():
            typer.echo(f"No trainer is installed. Install ours: {INSTALL}", err=True)


def train(
    trainer: Trainer,
    overrides: Mapping[str, Any],
    model: Annotated[str | None, typer.Option(help="Folder or hub name of the model.")] = None,
    adapter: Annotated[
        Path | None,
        typer.Option(help="Folder of an adapter of that model to start from, in place of a new one."),
    ] = None,
    culture: Annotated[str | None, typer.Option(help="Whose associations to learn.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the adapter: a new one, or that of an unfinished run.")
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="<file|name>", help="YAML file of settings, or a recipe of the trainer's own."),
    ] = None,
    show_recipe: Annotated[
        bool, typer.Option("--show-recipe", help="Print the recipe that would be used, and stop.")
    ] = False,
) -> None:
    """Train, or go on with a run that was interrupted; all but the first two are flags of every trainer.

    Args:
        trainer: that is called.
        overrides: values of settings whose flags were given.
    """
    from align_tasks import recipes
    from align_tasks.cultures import get_culture
    from align_tasks.evaluation import check_model
    from align_tasks.training import carry_out

    try:
        chosen = recipes.read_recipe(trainer.recipe_class(), recipe, trainer.recipes, overrides)
    except recipes.FlagError as error:
        raise typer.BadParameter(str(error)) from error
    if show_recipe:
        typer.echo(recipes.show_recipe(chosen), nl=False)
        return
    if model is None or culture is None or output is None:
        raise typer.BadParameter("name --model, --culture and --output")
    check_model(model, None)
    job = TrainingJob(
        model=model, culture=get_culture(culture), recipe=chosen, output=output, adapter=adapter
    )
    carry_out(trainer, job)


def _trainer_command(trainer: Trainer) -> Any:
    """The command of a trainer, with all its flags."""
    from align_tasks.commands import flags

    settings = settings_of(trainer.recipe_class())
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    common = list(inspect.signature(train, eval_str=True).parameters.values())[2:]
    for parameter in (context, *common):
        if parameter.name in settings:
            raise AlignError(f"the trainer {trainer.name!r} cannot call a setting {parameter.name!r}")

    def run(context: typer.Context, **values: Any) -> None:
        given = [name for name in settings if _is_given(context, name)]
        overrides = {name: flags.value(settings[name], values[name]) for name in given}
        train(trainer, overrides, **{parameter.name: values[parameter.name] for parameter in common})

    signature = inspect.Signature([context, *common, *flags.parameters(settings.values())])
    run.__signature__ = signature  # type: ignore[attr-defined]
    return _command(trainer, run)


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _command(trainer: Trainer, run: Callable[..., None]) -> Any:
    from rich.markup import escape

    own = f"\n\nRecipes of its own: {', '.join(trainer.recipes)}" if trainer.recipes else ""
    app = typer.Typer(add_completion=False)
    app.command(
        trainer.name,
        help=escape(f"{trainer.summary}{own}"),
        short_help=escape(trainer.summary),
        epilog=escape(EXAMPLE.format(trainer.name)),
        rich_help_panel="Trainers",
    )(run)
    return typer.main.get_command(app)
