"""The figures of each row of a task, from lm-eval's samples files."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.comparison.results import PLAIN, Figure

ITEM_COLUMNS = ("cue", "item")
NOT_FIGURES = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics")
Row = dict[str, Any]


class BadSamples(ValueError):
    """A samples file that cannot be read; says where and why."""


@dataclass(frozen=True)
class Samples:
    """The figures of the rows of a task.

    Attributes:
        items: a name for each row, in their order; the cue, or the survey item, where there is one.
        parts: what rows are drawn together by: rows about one cue or item are no independent ones.
        figures: by metric and filter, shape (rows,); NaN where a row has none, or where it was not a number.
    """

    items: tuple[str, ...]
    parts: tuple[str, ...]
    figures: Mapping[Figure, NDArray[np.float64]]

    @cached_property
    def item_set(self) -> str:
        """Twelve hexadecimal digits that differ where the rows are others, in whatever order."""
        return hashlib.sha256(json.dumps(self.items).encode()).hexdigest()[:12]


def samples_file(results: Path, task: str) -> Path | None:
    """The samples file that lm-eval wrote beside a results file; None without one."""
    stamp = results.stem.partition("_")[2]
    names = [f"samples_{task}_{stamp}.jsonl"] if stamp else [f"samples_{task}.jsonl", f"{task}.jsonl"]
    return next((file for name in names if (file := results.parent / name).is_file()), None)


def read_samples(file: Path) -> Samples:
    """Read the figures of every row.

    Raises:
        BadSamples: a line is damaged, or holds no row of lm-eval.
    """
    of_filters: dict[str, dict[str, Row]] = defaultdict(dict)
    seen: Counter[tuple[str, str]] = Counter()
    parts: dict[str, str] = {}
    for row in read_rows(file):
        chosen, part = str(row.get("filter") or PLAIN), item_of(row)
        number = seen[chosen, part]
        seen[chosen, part] += 1
        item = f"{part} #{number + 1}" if number else part
        of_filters[chosen][item] = {name: row[name] for name in _figure_names(row)}
        parts[item] = part
    items = tuple(sorted(parts))
    figures = {
        (name, chosen): np.array([_number(rows.get(item, {}).get(name)) for item in items])
        for chosen, rows in of_filters.items()
        for name in sorted({name for row in rows.values() for name in row})
    }
    return Samples(items, tuple(parts[item] for item in items), figures)


def read_rows(file: Path) -> Iterator[Row]:
    """The rows of a samples file, one after the other.

    Raises:
        BadSamples: a line is damaged, or holds no row of lm-eval.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    found = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise BadSamples(f"line {number} of {file.name} is damaged") from error
                for row in found if isinstance(found, list) else [found]:  # older versions have one list
                    if not isinstance(row, dict) or "doc" not in row:
                        raise BadSamples(f"line {number} of {file.name} is no row of lm-eval")
                    yield row
    except (OSError, UnicodeDecodeError) as error:
        raise BadSamples(f"{file.name} cannot be read: {error}") from error


def item_of(row: Row) -> str:
    """The cue or the survey item of a row; for rows of other tasks a hash of what was asked."""
    doc = row["doc"]
    if isinstance(doc, Mapping):
        for column in ITEM_COLUMNS:
            if isinstance(doc.get(column), str):
                return str(doc[column])
    return str(row.get("doc_hash") or hashlib.sha256(json.dumps(doc, sort_keys=True).encode()).hexdigest())


def _figure_names(row: Row) -> Iterator[str]:
    return (
        name
        for name, value in row.items()
        if name not in NOT_FIGURES and isinstance(value, (int, float)) and not name.endswith("_hash")
    )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
