"""A setting of a recipe as people meet it: what it takes, in words, and text made into what it spells.

All of it is read from the JSON schema that the recipe gives of itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from align_tasks.recipes import Recipe

NONE = "none"
"""How a flag says that a setting has no value; a file says ``null``."""

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long",
    "pattern": "matching {}",
}
_WORDS = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "names with values",
}


@dataclass(frozen=True)
class Kind:
    """One kind of value that a setting takes.

    Attributes:
        type: in JSON: ``null``, ``boolean``, ``integer``, ``number``, ``string``, ``array`` or ``object``.
        choices: the values to choose from, if only some are allowed.
        limits: what else holds, by the keywords of JSON schema, such as ``minimum``.
        each: what the values of an array or of an object may be.
    """

    type: str
    choices: tuple[Any, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    each: tuple[Kind, ...] = ()

    def in_words(self) -> str:
        """Such as ``a number above 0``."""
        if self.choices:
            return " or ".join(map(as_text, self.choices))
        limits = " and ".join(_LIMITS[key].format(as_text(limit)) for key, limit in self.limits.items())
        return f"{_WORDS.get(self.type, 'a value of another kind')} {limits}".rstrip() + self._each_in_words()

    def _each_in_words(self) -> str:
        return f", each {' or '.join(kind.in_words() for kind in self.each)}" if self.each else ""


@dataclass(frozen=True)
class Setting:
    """One setting of a recipe.

    Attributes:
        name: of the field.
        description: what it means.
        default: as JSON has it; None also where it must be given.
        kinds: what it takes.
    """

    name: str
    description: str
    default: Any
    kinds: tuple[Kind, ...]

    def takes(self, null: str = "null") -> str:
        """What it takes, in words: ``a number above 0, or null``."""
        words = (null if kind.type == "null" else kind.in_words() for kind in self.kinds)
        return ", or ".join(words)

    @property
    def types(self) -> set[str]:
        """The types of all that it takes."""
        return {kind.type for kind in self.kinds}

    def value(self, given: Any) -> Any:
        """The value that is meant: YAML 1.1 reads ``1e-4`` as text, and flags give nothing but text."""
        return _value(given, self.kinds)


def settings_of(recipe: type[Recipe]) -> dict[str, Setting]:
    """Every setting of a recipe by name, in its order."""
    schema = recipe.model_json_schema()
    shared = schema.get("$defs", {})
    return {
        name: Setting(name, about.get("description", ""), about.get("default"), tuple(_kinds(about, shared)))
        for name, about in schema["properties"].items()
    }


def flag_of(name: str) -> str:
    """The flag of a setting."""
    return f"--{name.replace('_', '-')}"


def as_text(value: Any) -> str:
    """A value written as text: ``null``, ``true``, ``0.0001``, or the text itself."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _kinds(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Kind]:
    """The kinds of a JSON schema; its references lead to `shared`."""
    if "$ref" in schema:
        schema = shared[schema["$ref"].rpartition("/")[2]]
    alternatives = [one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ())]
    for one in alternatives:
        yield from _kinds(one, shared)
    if not alternatives:
        each = schema.get("items", schema.get("additionalProperties"))
        yield Kind(
            schema.get("type", "any"),
            tuple(schema.get("enum", [schema["const"]] if "const" in schema else ())),
            {key: schema[key] for key in _LIMITS if key in schema},
            tuple(_kinds(each, shared)) if isinstance(each, dict) else (),
        )


def _value(given: Any, kinds: Sequence[Kind]) -> Any:
    each = [inner for kind in kinds for inner in kind.each]
    if isinstance(given, dict):
        return {as_text(name): _value(one, each) for name, one in given.items()}
    if isinstance(given, list):
        return [_value(one, each) for one in given]
    if isinstance(given, bool) and {"boolean", "string"}.isdisjoint(kind.type for kind in kinds):
        return as_text(given)  # which nothing takes; as a choice of numbers, Python would take true for 1
    return _spelt(given, kinds) if isinstance(given, str) else given


def _spelt(text: str, kinds: Sequence[Kind]) -> Any:
    """What a text spells; the text itself where text is taken, or where it spells nothing."""
    for choice in (choice for kind in kinds for choice in kind.choices):
        if text == as_text(choice):
            return choice
    types = {kind.type for kind in kinds if not kind.choices}
    if "string" in types:
        return text
    if text == NONE and "null" in types:
        return None
    if text in ("true", "false") and "boolean" in types:
        return text == "true"
    for name, read in (("integer", int), ("number", float)):
        if name in types:
            with suppress(ValueError):
                return read(text)
    return text
