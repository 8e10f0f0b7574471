"""Figures of a benchmark, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Figures = dict[str, Any]


def markdown(found: Sequence[Figures]) -> str:
    """A table with a column for each name that occurs, numbers on the right."""
    names = list(dict.fromkeys(name for one in found for name in one))
    aligned = ["---" if any(isinstance(one.get(name), str) for one in found) else "---:" for name in names]
    lines = [" | ".join(names), " | ".join(aligned)]
    lines += [" | ".join(shown(one.get(name)) for name in names) for one in found]
    return "\n".join(f"| {line} |" for line in lines)


def shown(value: Any) -> str:
    """A figure: numbers below a thousand in three digits, those above it whole."""
    if not isinstance(value, float):
        return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
