"""The cues that weights were trained on, as hashes: norms may not be passed on, and cues are part of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from align_tasks.errors import AlignError

FILE = "training_cues.txt"
RULE = (
    "# Cues that it was trained on. Each line: the first 16 hexadecimal digits of the SHA-256 of "
    "'align-tasks cue 1', a zero byte and the normalised cue, in UTF-8."
)
_HASH = re.compile("[0-9a-f]{16}")


def cue_hash(cue: str) -> str:
    """Hash of a normalised cue: 16 hexadecimal digits."""
    return hashlib.sha256(f"align-tasks cue 1\0{cue}".encode()).hexdigest()[:16]


def cues_text(hashes: Iterable[str]) -> str:
    """The file of these hashes: a comment that names the rule, then each once, in order."""
    return "".join(f"{line}\n" for line in (RULE, *sorted(set(hashes))))


def cues_fingerprint(hashes: Iterable[str]) -> str:
    """Twelve hexadecimal digits that change when a cue does."""
    return hashlib.sha256("\n".join(sorted(set(hashes))).encode()).hexdigest()[:12]


def read_cues(folder: Path) -> frozenset[str] | None:
    """Hashes of the cues that the weights in a folder were trained on; None where no file tells.

    Raises:
        AlignError: the file cannot be read.
    """
    try:
        lines = (folder / FILE).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AlignError(f"cannot read {folder / FILE}: {error.strerror or error}") from error
    return frozenset(line for line in map(str.strip, lines) if _HASH.fullmatch(line))
