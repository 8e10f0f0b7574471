"""Which cues train, validate and test: a stable 80/10/10 split by cue."""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["train", "validation", "test"]


def split_of(cue: str) -> Split:
    """Split of a normalised cue, from a hash of its text alone.

    No random numbers and no file order: the same cue is in the same split on every machine,
    in every release of the norms, and in every culture that has it.
    """
    digest = hashlib.sha256(f"align-tasks split 1\0{cue}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < 0.8:
        return "train"
    return "validation" if place < 0.9 else "test"
