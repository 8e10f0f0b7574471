"""The file of an experiment, read and checked part by part; mistakes are told with line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from align_tasks.errors import AlignError
from align_tasks.experiments.places import PlacedYaml, Where
from align_tasks.experiments.recipe import Experiment
from align_tasks.settings import as_text

HINT = "docs/experiments.md describes recipes; `align run --schema` prints their schema, for editors."
_NAMES = "take up to 60 letters, digits, '-' and '_', a letter or a digit first"
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list, such as [a, b]",
    "dict": "names with values",
    "model": "names with values",
}


def experiment_of(file: PlacedYaml, models: Mapping[str, str]) -> Experiment:
    """The experiment that a file describes.

    Args:
        file: as it was read; mistakes are added to it.
        models: folders and hub names by name, which stand in for those of the file.

    Raises:
        AlignError: something is not as it must be; with every mistake, or a name of `models` that the file
            does not have.
    """
    values = file.values
    if isinstance(values, dict) and isinstance(values.get("models"), dict):
        _check_replaced(models, values["models"])
        values["models"] |= models
    try:
        found = Experiment.model_validate_json(json.dumps({} if values is None else values, default=str))
    except ValidationError as error:
        for where, told, at_key in _refused(error, values):
            file.mistake(where, told, at_key=at_key)
        file.refuse_mistakes(HINT)
        raise
    file.refuse_mistakes(HINT)
    return found


def close_to(name: str, names: Iterator[str] | Mapping[str, Any] | list[str]) -> str:
    """The end of a message about an unknown name: the nearest known one."""
    close = get_close_matches(name, list(names), n=1)
    return f"; is {close[0]} meant?" if close else ""


def _check_replaced(models: Mapping[str, str], there: Mapping[str, Any]) -> None:
    for name in models:
        if name not in there:
            names = ", ".join(there)
            raise AlignError(
                f"--model {name}: the recipe has no model of this name{close_to(name, there)}",
                hint=f"It has: {names}",
            )


def _refused(error: ValidationError, values: Any) -> Iterator[tuple[Where, str, bool]]:
    """What pydantic refuses, once for each part, in words for people: where, what, and whether at the key."""
    told: set[Where] = set()
    for entry in error.errors(include_url=False):
        where, given = _part(entry["loc"], values)
        name = as_text(where[-1]) if where else "the recipe"
        if entry["type"] == "missing":
            yield where, f"{entry['loc'][-1]} is missing", True
        elif entry["type"] == "extra_forbidden":
            known = _fields(where[:-1])
            yield where, f"{name} is no key here{close_to(name, known)} (keys: {', '.join(known)})", True
        elif where not in told:
            told.add(where)
            if entry["loc"][-1:] == ("[key]",):
                yield where, f"{name!r} cannot be a name: {_NAMES}", True
            else:
                yield where, f"{_named(where)} is {_shown(given)}, and {_reason(entry)}", False


def _part(location: Where, values: Any) -> tuple[Where, Any]:
    """The part of the file that an error is about, without pydantic's own words for its alternatives."""
    where: list[str | int] = []
    for step in location:
        is_key = isinstance(values, dict) and step in values
        is_entry = isinstance(values, list) and isinstance(step, int) and step < len(values)
        if is_key or is_entry:
            where.append(step)
            values = values[step]
    return tuple(where), values


def _named(where: Where) -> str:
    """Such as ``seeds`` for an entry of it."""
    return next((part for part in reversed(where) if isinstance(part, str)), "the recipe")


def _reason(entry: Mapping[str, Any]) -> str:
    """Such as ``must be a whole number``."""
    kind, _, rest = str(entry["type"]).rpartition("_")
    if rest == "type" and kind in _KINDS:
        return f"must be {_KINDS[kind]}"
    return re.sub(r"^\w+ should ", "must ", str(entry["msg"]))


def _shown(given: Any) -> str:
    text = repr(given) if isinstance(given, str) else as_text(given)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _fields(where: Where) -> dict[str, Any]:
    """The keys that a part may have."""
    model: Any = Experiment
    for step in where:
        model = (
            model.model_fields[step].annotation if _is_part(model) and step in model.model_fields else model
        )
        model = next(_parts_of(model), model)
    return dict(model.model_fields) if _is_part(model) else {}


def _is_part(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _parts_of(annotation: Any) -> Iterator[Any]:
    """The models in an annotation such as ``dict[Name, TrainingRun]``."""
    if _is_part(annotation):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _parts_of(inner)
