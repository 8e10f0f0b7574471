"""A command that typer cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from align_tasks.plugins import Command, hookimpl

if TYPE_CHECKING:
    from pathlib import Path


@hookimpl
def register_commands(register):
    register(Command("unpack", unpack))


def unpack(file: Path) -> None:
    """Typer needs the type of `file`, which is there for type checkers only."""
