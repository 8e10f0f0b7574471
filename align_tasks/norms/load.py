"""Norms of a culture: the imported table, or the demo set that stands in for it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Literal

import polars as pl

from align_tasks.cultures import Culture
from align_tasks.data import store, tables
from align_tasks.errors import AlignError
from align_tasks.normalise import normalise
from align_tasks.plugins.loading import loaded
from align_tasks.splits import Split, split_of

logger = logging.getLogger(__name__)

Source = Literal["auto", "demo", "imported"]


@dataclass(frozen=True)
class CueNorms:
    """What people answered to one cue: `responses`, most frequent first, each with its count.

    Equally frequent responses stand in an order without system (a hash), so that a list that is cut
    within a tie is not cut by the alphabet.
    """

    cue: str
    responses: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Norms:
    """Norms of one culture.

    Attributes:
        culture: whose they are.
        name: ``demo``, or the name of the file that was imported.
        sha256: of the file that was imported; empty for the demo norms.
        licence: of the norms, as the import recorded it, or of the package that holds the demo norms.
        frame: associations, with the columns of `tables.ASSOCIATIONS`.
        participants: name of the table of the people who gave them; None where the file tells none.
    """

    culture: Culture
    name: str
    sha256: str
    licence: str
    frame: pl.DataFrame
    participants: str | None = None

    def describe(self) -> dict[str, str]:
        """What results should say of these norms."""
        return {
            "norms": self.name,
            "norms_sha256": self.sha256,
            "position": self.frame["position"][0],
            "licence": self.licence,
        }

    def cues(self, split: Split) -> Iterator[CueNorms]:
        """The cues of a split, in an order that is random but the same everywhere.

        The first N of them are therefore a fair sample, which is what ``--limit N`` takes.
        """
        grouped = self.frame.group_by("cue").agg("response", "count").iter_rows()
        rows = [row for row in grouped if split_of(row[0]) == split]
        for cue, responses, counts in sorted(rows, key=lambda row: shuffle_key(row[0])):
            yield _by_frequency(cue, dict(zip(responses, counts, strict=True)))

    def lists(self, split: Split) -> Iterator[tuple[str, tuple[str, ...]]] | None:
        """What single people wrote to the cues of a split: for each person and cue, the words in order.

        Counting these words gives the counts of `cues`. The cues come in the same order; the lists of one cue
        by the person's name in the file. A word may stand in a list twice, and more lists than one may be the
        same person's.

        Returns:
            None where the norms do not tell who answered: strength files, and the demo norms.

        Raises:
            AlignError: the table of the participants was damaged or removed since the norms were loaded.
        """
        if self.participants is None:
            return None
        people = store.read("participants", self.participants)
        cues = people["cue"].unique().to_list()
        order = sorted((cue for cue in cues if split_of(cue) == split), key=shuffle_key)
        places = pl.DataFrame({"cue": order}, schema={"cue": pl.String}).with_row_index("place")
        found = people.with_row_index("row").join(places, on="cue").sort("place", "row")
        return ((cue, tuple(words)) for cue, words in found.select("cue", "responses").iter_rows())


def _by_frequency(cue: str, counts: dict[str, int]) -> CueNorms:
    ordered = sorted(counts, key=lambda response: (-counts[response], shuffle_key(cue, response)))
    return CueNorms(cue, tuple(ordered), tuple(counts[response] for response in ordered))


def seed_of(*parts: str) -> int:
    """Seed that follows from texts, so that a simulation for one cue does not depend on the others."""
    return int.from_bytes(shuffle_key("seed", *parts)[:4], "big")


def shuffle_key(*parts: str) -> bytes:
    """Sorting by this key shuffles without random numbers: a hash of the texts."""
    return hashlib.sha256("\0".join(("align-tasks order 1", *parts)).encode()).digest()


def load_norms(culture: Culture, source: Source = "auto") -> Norms:
    """Norms of a culture: the imported ones, or the demo set where nothing was imported.

    Args:
        culture: whose norms.
        source: ``imported`` or ``demo`` insists on one of them; ``auto`` prefers the imported.

    Raises:
        AlignError: there are none; the message says where to get them and how to import them.
    """
    if source not in ("auto", "demo", "imported"):
        raise AlignError(f"unknown norms {source!r}", hint="Norms: auto, imported, demo")
    if source != "demo" and (source == "imported" or culture.name in store.names("associations")):
        frame = tables.read_associations(culture.name)
        about = tables.provenance("associations", culture.name)
        file, people = about["source"], tables.participants_table(culture.name)
        return Norms(culture, file["name"], file["sha256"], about["licence"], frame, people)
    if culture.demo_norms is None:
        raise AlignError(f"no demo norms for {culture.name!r}", hint=tables.associations_hint(culture.name))
    if source == "auto":
        logger.warning(
            "%s norms are not imported: the demo set, written by hand, stands in. %s",
            culture.norms,
            tables.associations_hint(culture.name),
        )
    return Norms(culture, "demo", "", _demo_licence(culture), _read_demo(culture, culture.demo_norms))


def _demo_licence(culture: Culture) -> str:
    """Licence of the package whose demo norms these are."""
    package = loaded().origin_of(culture).distribution
    try:
        told = metadata(package).get_all("License-Expression")
    except PackageNotFoundError:
        told = None
    return f"{told[0]} ({package})" if told else f"that of {package}"


def _read_demo(culture: Culture, file: Path) -> pl.DataFrame:
    """The demo set: ordered responses, whose counts follow a rule (36 / rank), not people."""
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        cue, tab, responses = line.partition("\t")
        if not (cue and tab and responses):
            raise AlignError(f"{file.name}, line {number}: not a cue, a tab and responses")
        rows += [
            (
                normalise(cue, culture.language),
                normalise(response, culture.language),
                max(1, round(36 / rank)),
            )
            for rank, response in enumerate(responses.split(", "), start=1)
        ]
    frame = pl.DataFrame(rows, schema=["cue", "response", "count"], orient="row")
    total = pl.col("count").sum().over("cue")
    return frame.with_columns(
        culture=pl.lit(culture.name), position=pl.lit("R123"), n=total, strength=pl.col("count") / total
    )
