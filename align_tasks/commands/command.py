"""A command of `align`, as the package and plugins register it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any

import typer

from align_tasks.errors import AlignError, one_line

_NAME = re.compile("[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Command:
    """``align NAME``.

    Attributes:
        name: the word after `align`.
        run: a function with typer's annotations, or a `typer.Typer` with subcommands. Import what is slow to
            import inside it: every start of `align` loads the command.
        example: shown below its ``--help``.
    """

    name: str
    run: Callable[..., Any] | typer.Typer
    _: KW_ONLY
    example: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would stop every other command.

        Raises:
            AlignError: nobody can type the name, or typer cannot make a command of it.
        """
        if not _NAME.fullmatch(self.name):
            raise AlignError(
                f"{self.name!r} cannot name a command: take lower-case letters, digits, '-' and '_', "
                "a letter first"
            )
        try:
            _check_help(self._made().help or "")
        except Exception as error:
            raise AlignError(f"typer cannot make the command {self.name!r}: {one_line(error)}") from error

    def add_to(self, app: typer.Typer) -> None:
        """Make it a command of an app."""
        if isinstance(self.run, typer.Typer):
            app.add_typer(self.run, name=self.name)
        else:
            app.command(self.name, epilog=self.example)(self.run)

    def _made(self) -> Any:
        """The command as typer makes it."""
        app = typer.Typer()
        self.add_to(app)
        made: Any = typer.main.get_command(app)
        return made.commands[self.name] if isinstance(self.run, typer.Typer) else made


def _check_help(text: str) -> None:
    """Refuse a text that `align --help` cannot show: it closes a tag of rich's markup that is not open."""
    if "[/" in text or "[@" in text:
        from rich.markup import render

        render(text)
