"""The one exception of ours, and how commands show any exception to people: as one reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


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


DETAILS = "For the whole error: align --debug …"


def one_line(error: BaseException) -> str:
    """Kind and reason of an exception that is not ours, on one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong with a file's content, after where it stands."""
    first = error.errors(include_url=False)[0]
    return "".join(f"{part}: " for part in first["loc"]) + first["msg"]
