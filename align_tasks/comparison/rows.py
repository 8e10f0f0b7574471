"""The rows of a leaderboard: entries, and runs of one recipe with several seeds as one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from align_tasks.comparison.entries import SHORT, Entry
from align_tasks.errors import AlignError


@dataclass(frozen=True)
class Row:
    """One row of every table.

    Attributes:
        label: as it is shown.
        entries: keys of the entry, or of the runs of one recipe.
        members: these.
    """

    label: str
    entries: tuple[str, ...]
    members: tuple[Entry, ...]

    @property
    def problems(self) -> list[str]:
        """What is to be told of its members, each once."""
        return list(dict.fromkeys(problem for one in self.members for problem in one.problems))

    @property
    def has_adapter(self) -> bool:
        """Whether it is a model with an adapter on it."""
        return self.members[0].adapter is not None


def rows_of(entries: Mapping[str, Entry], *, each_seed: bool) -> list[Row]:
    """The rows of the tables: models first, then models with adapters, by name.

    Args:
        entries: by key.
        each_seed: leave runs that differ in their seed only as rows of their own.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for key, entry in entries.items():
        groups[key if each_seed else entry.recipe_key or key].append(key)
    rows = [_row(keys, entries) for keys in _with_distinct_seeds(groups.values(), entries)]
    often = Counter(row.label for row in rows)
    rows = [row if often[row.label] == 1 else replace(row, label=_with_members(row)) for row in rows]
    return sorted(rows, key=lambda row: (row.has_adapter, row.label))


def _with_members(row: Row) -> str:
    """A label that tells two recipes apart whose runs have like names."""
    return f"{row.label[:-1]}: {', '.join(one.adapter or one.model for one in row.members)})"


def _with_distinct_seeds(groups: Iterable[list[str]], entries: Mapping[str, Entry]) -> list[list[str]]:
    """Runs of one recipe are drawn together only if their seeds differ: else they are no repetitions."""
    found = []
    for keys in groups:
        seeds = [training.seed for key in keys if (training := entries[key].training)]
        are_runs = len(keys) > 1 and len(set(seeds)) == len(keys) and None not in seeds
        found += [keys] if are_runs or len(keys) == 1 else [[key] for key in keys]
    return found


def _row(keys: Sequence[str], entries: Mapping[str, Entry]) -> Row:
    members = sorted(((entries[key], key) for key in keys), key=lambda pair: pair[0].label)
    names = [entry.label for entry, _ in members]
    label = names[0] if len(names) == 1 else f"{_shared_name(names)} ({len(names)} seeds)"
    return Row(label, tuple(key for _, key in members), tuple(entry for entry, _ in members))


def _shared_name(names: Sequence[str]) -> str:
    """What the names of runs begin with alike, without the number at the end."""
    first, last = min(names), max(names)
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    shared = first[:length].rstrip("-_ .0123456789+")
    return shared if len(shared) > len(first) // 3 else first


def find_baseline(rows: Sequence[Row], wanted: str | None) -> str | None:
    """Label of the row that is the baseline.

    Args:
        wanted: its label, the name of its model or adapter, or the first eight or more digits of a hash; None
            for the only model without an adapter, if there is just one.

    Raises:
        AlignError: there is none of that name, or there are several; says which there are.
    """
    if wanted is None:
        alone = [row for row in rows if not row.has_adapter]
        return alone[0].label if len(alone) == 1 and len(rows) > 1 else None
    exact = [row for row in rows if row.label == wanted]
    found = exact or [row for row in rows if any(wanted in _names(one) for one in row.members)]
    found = found or [row for row in rows if any(_has_hash(one, wanted) for one in row.members)]
    if len(found) == 1:
        return found[0].label
    labels = [row.label for row in found or rows]
    close = get_close_matches(wanted, labels, n=1)
    meant = f"Did you mean {close[0]!r}? " if close and not found else ""
    problem = f"{len(found)} rows are called {wanted!r}" if found else f"there is no baseline {wanted!r}"
    raise AlignError(problem, hint=f"{meant}There are: {', '.join(map(repr, labels))}")


def _names(entry: Entry) -> set[str | None]:
    if entry.adapter is None:
        return {entry.model, entry.model.rpartition("/")[2]}
    return {entry.adapter}


def _has_hash(entry: Entry, digits: str) -> bool:
    known = entry.model_id if entry.adapter is None else entry.adapter_id
    return len(digits) >= SHORT and bool(known) and str(known).startswith(digits)
