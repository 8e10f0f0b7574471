"""Which of some files and folders hold results of lm-eval."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from align_tasks.errors import AlignError, one_line


@dataclass(frozen=True)
class Skipped:
    """A file that looks like results and is none.

    Attributes:
        path: of the file.
        reason: why it cannot be read, in plain words.
    """

    path: Path
    reason: str


@dataclass(frozen=True)
class Found:
    """The results that were found, as their files hold them, and what was left out."""

    contents: dict[Path, dict[str, Any]]
    skipped: list[Skipped]


def find_results(paths: Sequence[Path]) -> Found:
    """Read every results file among some files, and in some folders and all below these.

    In folders, results are the files that lm-eval calls so (``results….json``); a file that is named itself
    may have any name.

    Raises:
        AlignError: a path does not exist, or nothing was found.
    """
    contents: dict[Path, dict[str, Any]] = {}
    skipped = []
    for file in dict.fromkeys(file for path in paths for file in _candidates(path)):
        try:
            contents[file] = _read(file)
        except (OSError, ValueError, RecursionError) as error:
            skipped.append(Skipped(file, str(error) if type(error) is ValueError else one_line(error)))
    if not contents:
        where = ", ".join(map(str, paths))
        reasons = "".join(f"\n  {one.path}: {one.reason}" for one in skipped[:10])
        raise AlignError(
            f"no results of lm-eval in {where}{reasons}",
            hint="Name folders with results_….json, as `align eval` and `lm_eval --output_path` write them.",
        )
    return Found(contents, skipped)


def _candidates(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise AlignError(f"there is no file or folder {path}")
    return sorted(_below(path))


def _below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (
            Path(parent, name) for name in names if name.startswith("results") and name.endswith(".json")
        )


def _read(file: Path) -> dict[str, Any]:
    content = json.loads(file.read_bytes())
    if not isinstance(content, dict) or not isinstance(content.get("results"), dict):
        raise ValueError("not of lm-eval: there is nothing under 'results'")
    if not isinstance(content.get("config"), dict):
        raise ValueError("does not say which model was evaluated: there is nothing under 'config'")
    return content
