"""A trainer: what turns a model, a culture and a recipe into an adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.reference import Function, resolve

if TYPE_CHECKING:
    from align_tasks.recipes import Recipe

OURS = "align-trainers"
INSTALL = f"pip install {OURS} (in a clone: pip install ./trainers)"


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """What a trainer is to do.

    Attributes:
        model: folder or hub name of the model.
        culture: whose associations to learn.
        recipe: every setting of the trainer, an instance of its own class.
        output: a folder of its own: new, or with what the same job left there when it was interrupted.
        adapter: folder of the adapter that training starts from; None for a new one, or for no adapter.
    """

    model: str
    culture: Culture
    recipe: Recipe
    output: Path
    adapter: Path | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What a trainer learned from and how far it got, for the record beside the weights.

    Attributes:
        data: what it learned from, as JSON has it: norms and their fingerprint, their licence.
        cues: normalised cues whose associations were trained on.
        steps: optimizer steps.
        metrics: last or best figures, such as ``{"eval_loss": 2.1}``.
    """

    data: Mapping[str, Any]
    cues: Iterable[str]
    steps: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Trainer:
    """A way to train, as ``align train NAME`` runs it.

    Attributes:
        name: such as ``sft``.
        summary: what it does, one line for ``align train``.
        train: takes a `TrainingJob`, writes a PEFT adapter to its ``output``, and returns a `TrainingResult`.
            It goes on with what it finds there of the same job. Its return ends the job.
        recipe: the `Recipe` of its settings, or the name of it, ``"package.module:MyRecipe"``.
        recipes: YAML files of recipes that come with it, by name, for ``--recipe NAME``.
    """

    name: str
    _: KW_ONLY
    summary: str
    train: Function
    recipe: type[Recipe] | str
    recipes: Mapping[str, Path] = field(default_factory=dict)

    def recipe_class(self) -> type[Recipe]:
        """The class of its recipes, imported when first asked for.

        Raises:
            AlignError: it cannot be imported, or is no `Recipe`.
        """
        from align_tasks.recipes import Recipe

        found = self._resolved(self.recipe)
        if not (isinstance(found, type) and issubclass(found, Recipe)):
            raise AlignError(f"the recipe of the trainer {self.name!r} is no subclass of Recipe: {found!r}")
        return found

    def function(self) -> Callable[[TrainingJob], TrainingResult]:
        """The function that trains, imported when first asked for.

        Raises:
            AlignError: it cannot be imported; says what to install where a library is missing.
        """
        return self._resolved(self.train)

    def _resolved(self, name: Function) -> Callable[..., Any]:
        try:
            return resolve(name)
        except AlignError as error:
            cause = error.__cause__
            if not isinstance(cause, ModuleNotFoundError) or not cause.name:
                raise
            problem = f"the trainer {self.name!r} needs the module {cause.name!r}, which is not installed"
            raise AlignError(problem, hint=f"Install it: {self._install()}") from error

    def _install(self) -> str:
        """The command that installs what its package needs."""
        from align_tasks.plugins.loading import loaded

        distribution = loaded().origin_of(self).distribution
        return INSTALL if distribution == OURS else f"pip install {distribution}"


def trainers() -> dict[str, Trainer]:
    """All trainers by name."""
    from align_tasks.plugins.loading import registry

    return dict(registry().trainers)


def get_trainer(name: str) -> Trainer:
    """Trainer of that name.

    Raises:
        AlignError: there is none; names those there are, and says how to get more.
    """
    known = trainers()
    if name in known:
        return known[name]
    raise AlignError(f"unknown trainer {name!r}", hint=_known(name, known))


def _known(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"Is {close[0]} meant? " if close else ""
    hint += f"Trainers: {', '.join(sorted(known))}. " if known else ""
    if _has_ours():
        return hint.rstrip() or "Is it left out? `align plugins` shows what is."
    return f"{hint}Install more: {INSTALL}" if known else f"No trainer is installed. Install ours: {INSTALL}"


def _has_ours() -> bool:
    from align_tasks.plugins.loading import loaded

    return any(plugin.origin.distribution == OURS for plugin in (*loaded().plugins, *loaded().unselected))
