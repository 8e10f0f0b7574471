"""What became of every row of a file: kept, merged into another, or dropped for a named reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.readers.source import Source


@dataclass(frozen=True)
class Report:
    """Account of one import; rows in = kept + merged + dropped, or it cannot be made.

    Attributes:
        source: the file that was read.
        reader: name of the reader and version of its rules.
        unit: what is counted, such as ``"rows"`` or ``"responses"``.
        counted: units found in the file.
        kept: rows of the canonical table.
        merged: units added to a kept row of the same meaning.
        dropped: units left out, by reason.
        facts: further figures, such as the number of cues kept.
        warnings: sentences that the reader of the report must see.
    """

    source: Source
    reader: str
    unit: str
    counted: int
    kept: int
    merged: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reader_version: int = 1

    def __post_init__(self) -> None:
        accounted = self.kept + self.merged + sum(self.dropped.values())
        if accounted != self.counted:
            raise AssertionError(
                f"{self.source.name}: {self.counted} {self.unit} in, {accounted} accounted for"
            )

    def as_dict(self) -> dict[str, Any]:
        """The account as JSON holds it."""
        return {
            "source": {"name": self.source.name, "sha256": self.source.sha256, "bytes": self.source.size},
            "reader": {"name": self.reader, "version": self.reader_version},
            "unit": self.unit,
            "in": self.counted,
            "kept": self.kept,
            "merged": self.merged,
            "dropped": dict(sorted(self.dropped.items())),
            "facts": dict(self.facts),
            "warnings": list(self.warnings),
        }


def nothing_left(source: Source, what: str, dropped: Mapping[str, int]) -> AlignError:
    """The error that says why no `what` of a file could be kept."""
    reasons = ", ".join(f"{reason} ({number:,})" for reason, number in sorted(dropped.items()))
    why = f"dropped: {reasons}" if reasons else "there is nothing below the header line"
    return AlignError(f"{source.name}: no {what} is left; {why}")


def unknown_reader(name: str | None, what: str, readers: Sequence[str]) -> AlignError:
    """The error for a ``--reader`` that there is not; tells those there are for such files."""
    return AlignError(f"no reader named {name!r} for {what}", hint=f"There are: {', '.join(readers)}")
