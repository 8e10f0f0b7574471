"""A YAML file of settings and values, with the line of each, for telling what is wrong where."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from align_tasks.errors import AlignError


@dataclass(frozen=True)
class YamlFile:
    """What a file of settings holds.

    Attributes:
        path: of the file.
        values: by key, as YAML reads them; keys are text whatever they look like.
        lines: by key, the line in which it stands, counted from 1.
        mistakes: what is wrong though it can be read: line, and what, such as a key that is there twice.
    """

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str]] = field(default_factory=list)


def read_yaml_file(path: Path) -> YamlFile:
    """Read a file of settings; an empty one has none.

    Raises:
        AlignError: it cannot be opened, is no YAML, or is not a list of settings and values; names the line,
            and the column of a syntax error.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AlignError(f"cannot read {path}: {error.strerror or error}") from error
    found = YamlFile(path)
    try:
        loader = _Loader(content)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        raise AlignError(f"{path}{_reason(error)}") from error
    if root is None:
        return found
    if not isinstance(root, yaml.MappingNode):
        raise AlignError(f"{path}, line {_line(root)}: no list of settings and values, such as seed: 1")
    loader.tell_twice(root)
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise AlignError(f"{path}, line {_line(key)}: the name of a setting must be a word")
        found.lines.setdefault(key.value, _line(key))
        try:
            found.values[key.value] = loader.construct_object(value, deep=True)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-45
            raise AlignError(f"{path}{_reason(error, _line(key))}") from error
    found.mistakes.extend(loader.twice)
    return found


class _Loader(yaml.SafeLoader):
    """Notes every key that a mapping has twice, of which YAML itself would take the last."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.twice: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self.tell_twice(node)
        return super().construct_mapping(node, deep)

    def tell_twice(self, node: yaml.MappingNode) -> None:
        """Note keys that the mapping has twice."""
        self.twice.extend((_line(key), told) for key, told in keys_twice(node))


def keys_twice(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, str]]:
    """Keys that a mapping has had before, each with what to tell of it."""
    first: dict[str, int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in first:
            yield key, f"{key.value} is there twice, first in line {first[key.value]}"
        elif isinstance(key, yaml.ScalarNode):
            first[key.value] = _line(key)


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _reason(error: yaml.YAMLError | ValueError, line: int | None = None) -> str:
    """Where and what; `line` where the error itself does not know."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return f"{where}: {error.problem or error.context}"
    if isinstance(error, yaml.reader.ReaderError):
        return f": no text in UTF-8: {error.reason}, at position {error.position}"
    where = f", line {line}" if line is not None else ""
    return f"{where}: {' '.join(str(error).split())}"
