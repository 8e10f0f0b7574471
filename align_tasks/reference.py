"""Functions by name, so that registering a plugin imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any, TypeAlias

from align_tasks.errors import AlignError, one_line

Function: TypeAlias = Callable[..., Any] | str
"""A function, or its name ``"package.module:function"``, which is imported when it is first called for."""


def resolve(function: Function) -> Callable[..., Any]:
    """The function itself.

    Raises:
        AlignError: nothing of that name can be imported, or it cannot be called.
    """
    if callable(function):
        return function
    try:
        found = resolve_name(function)
    except Exception as error:
        raise AlignError(f"the function {function!r} cannot be imported: {one_line(error)}") from error
    if not callable(found):
        raise AlignError(f"{function!r} is no function")
    return found  # type: ignore[no-any-return]
