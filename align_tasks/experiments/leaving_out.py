"""An experiment without some of its models, such as those that no machine at hand can hold."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.experiments.recipe import Experiment


def without(experiment: Experiment, models: Collection[str]) -> Experiment:
    """The experiment without these models, and without what is about them only.

    Raises:
        AlignError: it has no model of that name, or none would be left.
    """
    for name in models:
        if name not in experiment.models:
            names = ", ".join(experiment.models)
            raise AlignError(
                f"--without {name}: the recipe has no model of this name", hint=f"It has: {names}"
            )
    left = {name: source for name, source in experiment.models.items() if name not in models}
    if not left:
        raise AlignError("no model is left: --without names them all")
    return experiment.model_copy(
        update={
            "models": left,
            "runs": {
                name: _reduced(run, models)
                for name, run in experiment.runs.items()
                if _concerns_others(run, models)
            },
            "evaluate": [
                _reduced(one, models) for one in experiment.evaluate if _concerns_others(one, models)
            ],
            "compare": {
                name: _reduced(one, models)
                for name, one in experiment.compare.items()
                if one.baseline not in models
            },
        }
    )


def _concerns_others(part: Any, models: Collection[str]) -> bool:
    """Whether a part is about other models, too."""
    return part.models is None or any(name not in models for name in part.models)


def _reduced(part: Any, models: Collection[str]) -> Any:
    if part.models is None:
        return part
    return part.model_copy(update={"models": [name for name in part.models if name not in models]})
