"""A YAML file as nested values, with line and column of every part, for telling what is wrong where."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from align_tasks.errors import AlignError
from align_tasks.yaml_file import keys_twice

Where = tuple[str | int, ...]
"""The way to a part of the file: keys, and numbers of a list's entries."""


class Place(NamedTuple):
    """A place in a file, counted from 1."""

    line: int
    column: int


class Mistake(NamedTuple):
    """Something wrong, and where."""

    place: Place
    told: str


@dataclass
class PlacedYaml:
    """What a file holds, where each part stands, and what was found to be wrong.

    Attributes:
        path: of the file.
        values: nested, as YAML reads them; keys are text whatever they look like.
        keys: places of the keys, by the way to their values.
        parts: places of the values.
        mistakes: found so far.
    """

    path: Path
    values: Any = None
    keys: dict[Where, Place] = field(default_factory=dict)
    parts: dict[Where, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, where: Where, told: str, *, at_key: bool = False) -> None:
        """Note a mistake at a part, or at the nearest part around it that the file has."""
        places = self.keys if at_key else self.parts
        for length in range(len(where), -1, -1):
            place = places.get(where[:length]) or self.parts.get(where[:length])
            if place is not None:
                self.mistakes.append(Mistake(place, told))
                return
        self.mistakes.append(Mistake(Place(1, 1), told))

    def refuse_mistakes(self, hint: str | None = None) -> None:
        """Stop where anything is wrong.

        Raises:
            AlignError: with all mistakes, each with line and column, in the order of the file.
        """
        found = sorted(dict.fromkeys(self.mistakes))
        told = [f"line {place.line}, column {place.column}: {what}" for place, what in found]
        if len(told) == 1:
            raise AlignError(f"the recipe {self.path}, {told[0]}", hint=hint)
        if told:
            listed = "\n  ".join([f"the recipe {self.path} has {len(told)} mistakes:", *told])
            raise AlignError(listed, hint=hint)


def read_placed_yaml(path: Path) -> PlacedYaml:
    """Read a file.

    Raises:
        AlignError: it cannot be opened, or is no YAML; names line and column.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AlignError(f"cannot read the recipe {path}: {error.strerror or error}") from error
    found = PlacedYaml(path)
    try:
        loader = yaml.SafeLoader(content)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise AlignError(f"the recipe {path}{where}: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise AlignError(f"the recipe {path} is no text in UTF-8: {' '.join(str(error).split())}") from error
    if root is not None:
        found.values = _Reading(loader, found).value(root, ())
    return found


class _Reading:
    """Makes values of YAML's nodes, and notes their places."""

    def __init__(self, loader: yaml.SafeLoader, found: PlacedYaml) -> None:
        self._loader = loader
        self._found = found
        self._around: list[yaml.Node] = []

    def value(self, node: yaml.Node, where: Where) -> Any:
        """The value of a node; None, with a mistake, where it cannot be made."""
        self._found.parts.setdefault(where, _place(node))
        if node in self._around:
            self._found.mistake(where, "this part holds itself")
            return None
        self._around.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, where)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(one, (*where, number)) for number, one in enumerate(node.value)]
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-45
            told = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
            self._found.mistake(where, str(told))
            return None
        finally:
            self._around.pop()

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        self._found.mistakes += [Mistake(_place(key), told) for key, told in keys_twice(node)]
        self._loader.flatten_mapping(node)
        values = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._found.mistakes.append(Mistake(_place(key), "a key must be a word"))
                continue
            inner = (*where, key.value)
            self._found.keys[inner] = _place(key)
            self._found.parts.pop(inner, None)
            values[key.value] = self.value(value, inner)
        return values


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
