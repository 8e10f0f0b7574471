"""Recipes: every setting of a trainer, read from YAML and from flags, and shown as YAML."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from align_tasks.errors import AlignError
from align_tasks.settings import NONE, Setting, as_text, flag_of, settings_of
from align_tasks.yaml_file import YamlFile, read_yaml_file

HINT = "--show-recipe shows every setting with its description."
_WIDTH = 110


class Recipe(BaseModel):
    """Every setting of a trainer: subclass it, with a field for each.

    A field is flat, has a default, and tells what it means and what it takes::

        class MyRecipe(Recipe):
            learning_rate: float = Field(1e-4, gt=0, description="Highest learning rate.")

    Each becomes a setting of the recipe file and a flag of ``align train NAME``. Put the class into a module
    that imports nothing heavy: ``align train NAME --help`` loads it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class FlagError(AlignError):
    """A recipe that is wrong by its flags alone, which is wrong usage."""


AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)


def read_recipe(
    kind: type[AnyRecipe],
    source: str | Path | None = None,
    shipped: Mapping[str, Path] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> AnyRecipe:
    """The recipe of a file or of a name, changed by flags; what neither sets has its default.

    Args:
        kind: of recipe.
        source: a YAML file, or, as text, the name of a shipped recipe. The name comes first, so that it means
            the same in every folder; ``./paper`` is the file of that name.
        shipped: files of the recipes that come with the trainer, by name.
        overrides: values by name, which win over those of the file and are told as flags.

    Raises:
        AlignError: the file is not there or is no YAML, a setting is not known or is there twice, or a value
            is not what it takes. Tells all of it at once, with the line, what is allowed, and the nearest
            name of a misspelt one; a `FlagError` where only flags are wrong.
    """
    file = None if source is None else read_yaml_file(_file(source, shipped or {}))
    settings = settings_of(kind)
    given = _given(file, overrides or {})
    mistakes = [_Mistake(told, line) for line, told in (file.mistakes if file else ())]
    mistakes += _unknown(given, settings)
    known = {name: one for name, one in given.items() if name in settings}
    try:
        values = {name: settings[name].value(one.value) for name, one in known.items()}
        recipe = kind.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        mistakes += _refused(error, known, settings)
    if mistakes:
        raise _error(mistakes, file)
    return recipe


def show_recipe(recipe: Recipe) -> str:
    """A recipe as YAML, with what each setting means and takes above it; it reads back to the same recipe."""
    values = recipe.model_dump(mode="json")
    parts = []
    for name, setting in settings_of(type(recipe)).items():
        about = " ".join(f"{setting.description} ({setting.takes()})".split())
        comment = textwrap.wrap(about, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
        is_plain = as_text(values[name]).isprintable()  # else PyYAML would break lines at, say, U+0085
        line = yaml.safe_dump({name: values[name]}, allow_unicode=is_plain, sort_keys=False, width=_WIDTH)
        parts.append("".join(f"# {text}\n" for text in comment) + line)
    return "\n".join(parts)


@dataclass(frozen=True)
class _Mistake:
    """What is wrong, and in which line; None where it is in none."""

    told: str
    line: int | None
    is_flag: bool = False


@dataclass(frozen=True)
class _Given:
    """A value that is given, under which name, and in which line of the file; None for a flag."""

    value: Any
    name: str
    line: int | None

    def mistake(self, told: str) -> _Mistake:
        """That something is wrong with it."""
        return _Mistake(told, self.line, is_flag=self.line is None)


def _file(source: str | Path, shipped: Mapping[str, Path]) -> Path:
    if isinstance(source, str) and source in shipped:
        return shipped[source]
    if not Path(source).exists():
        close = get_close_matches(str(source), shipped, n=1)
        names = f"Recipes that come with the trainer: {', '.join(shipped)}. " if shipped else ""
        hint = names + (f"Is {close[0]} meant?" if close else HINT)
        raise AlignError(f"there is no recipe {str(source)!r}", hint=hint)
    return Path(source)


def _given(file: YamlFile | None, overrides: Mapping[str, Any]) -> dict[str, _Given]:
    found = (
        {name: _Given(value, name, file.lines[name]) for name, value in file.values.items()} if file else {}
    )
    return found | {name: _Given(value, flag_of(name), None) for name, value in overrides.items()}


def _unknown(given: Mapping[str, _Given], settings: Mapping[str, Setting]) -> Iterator[_Mistake]:
    for name, one in given.items():
        if name not in settings:
            close = get_close_matches(name.replace("-", "_"), settings, n=1)
            meant = f"; is {close[0]} meant?" if close else ""
            yield one.mistake(f"{one.name} is no setting of this trainer{meant}")


def _refused(
    error: ValidationError, given: Mapping[str, _Given], settings: Mapping[str, Setting]
) -> Iterator[_Mistake]:
    """What pydantic refuses, once for each setting, in words for people."""
    told: set[str] = set()
    for entry in error.errors(include_url=False):
        name = str(entry["loc"][0]) if entry["loc"] else ""
        own_words = entry.get("ctx", {}).get("error")  # of a validator of the trainer's own
        if name in told:
            continue
        told.add(name)
        if name not in given:
            yield _Mistake(str(own_words or f"{name} must be set: {settings[name].takes()}"), None)
        elif own_words:
            yield given[name].mistake(f"{given[name].name}: {own_words}")
        else:
            yield given[name].mistake(_no_value(given[name], settings[name]))


def _no_value(given: _Given, setting: Setting) -> str:
    value = repr(given.value) if isinstance(given.value, str) else as_text(given.value)
    if given.line is None:
        return f"{given.name} is {value}, and must be {setting.takes(NONE)}"
    is_word = isinstance(given.value, bool) and "string" in setting.types
    quotes = " (YAML reads some words so; in quotes they are text)" if is_word else ""
    return f"{given.name} is {value}, and must be {setting.takes()}{quotes}"


def _error(mistakes: Sequence[_Mistake], file: YamlFile | None) -> AlignError:
    told = [f"line {one.line}: {one.told}" if one.line else one.told for one in sorted(mistakes, key=_place)]
    if file is None or all(one.is_flag for one in mistakes):
        return FlagError("\n  ".join(told), hint=HINT)
    if len(told) == 1:
        return AlignError(f"the recipe {file.path}, {told[0]}", hint=HINT)
    return AlignError("\n  ".join([f"the recipe {file.path} has {len(told)} mistakes:", *told]), hint=HINT)


def _place(mistake: _Mistake) -> tuple[bool, int]:
    """In the order of the file; flags last."""
    return mistake.line is None, mistake.line or 0
