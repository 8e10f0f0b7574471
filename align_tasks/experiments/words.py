"""Times, sizes, counts and columns as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def duration(seconds: float) -> str:
    """A time that was measured, such as ``2 min 5 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def rough(seconds: float) -> str:
    """A time that was estimated, such as ``2 min``."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return duration(seconds)
    return f"{minutes} min" if minutes < 60 else duration(60 * minutes)


def size(number: float) -> str:
    """Bytes, such as ``1.1 GB`` for 1.1e9."""
    from rich.filesize import decimal

    return decimal(round(number))


def steps(number: int, further: str = "") -> str:
    """Such as ``1 step`` or ``2 further steps``."""
    return f"{number} {further}{'step' if number == 1 else 'steps'}"


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their cells one below the other; the last one is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
