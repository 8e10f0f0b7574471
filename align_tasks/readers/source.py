"""Which file was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """The file that was read: its name, SHA-256 in hexadecimal, and size in bytes."""

    name: str
    sha256: str
    size: int
