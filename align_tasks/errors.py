"""The one exception that commands show to people as a single line."""

from __future__ import annotations


class AlignError(Exception):
    """Work that cannot be done, told so that the reader can act on it.

    Args:
        problem: what was wrong and where, one sentence, no full stop needed.
        hint: what to do next, for example the command to run.
    """

    def __init__(self, problem: str, *, hint: str | None = None) -> None:
        super().__init__(problem if hint is None else f"{problem}\n  {hint}")
        self.problem = problem
        self.hint = hint
