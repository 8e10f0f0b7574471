"""The JSON schema of recipes, from which editors complete and check, with the names that are installed."""

from __future__ import annotations

from typing import Any

from align_tasks.experiments.recipe import Experiment


def schema() -> dict[str, Any]:
    """The schema, with the trainers and their settings, cultures and tasks of this installation."""
    from align_tasks.cultures import cultures
    from align_tasks.task_folder import task_folder
    from align_tasks.trainers import trainers

    found = Experiment.model_json_schema()
    known = trainers()
    run, evaluation = (found["$defs"][name] for name in ("TrainingRun", "Evaluation"))
    run["properties"]["trainer"]["enum"] = list(known)
    run["properties"]["culture"]["enum"] = list(cultures())
    tasks = sorted(path.stem for path in task_folder().glob("*.yaml"))
    evaluation["properties"]["tasks"]["items"] = {"anyOf": [{"enum": tasks}, {"type": "string"}]}
    if known:
        run["allOf"] = [_settings(name, trainer.recipe_class(), found) for name, trainer in known.items()]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _settings(name: str, recipe: Any, found: dict[str, Any]) -> dict[str, Any]:
    """That a run of this trainer has its settings."""
    settings = recipe.model_json_schema(ref_template="#/$defs/{model}")
    found["$defs"] |= settings.pop("$defs", {})
    settings.pop("required", None)
    varied = {key: {"type": "array", "items": value} for key, value in settings["properties"].items()}
    return {
        "if": {"properties": {"trainer": {"const": name}}, "required": ["trainer"]},
        "then": {
            "properties": {
                "settings": settings,
                "vary": {"properties": varied, "additionalProperties": False},
                "recipe": {"description": f"A YAML file, or a recipe of {name}'s own."},
            }
        },
    }
