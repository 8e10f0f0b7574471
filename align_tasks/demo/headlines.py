"""What the demo tells on standard error while it works."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape


def headline(text: str, time: str) -> None:
    """Begin a part, with about how long it takes."""
    about = f" [dim]({escape(time)})[/dim]" if time else ""
    _console().print(f"\n[bold]{escape(text)}[/bold]{about}")


def say(text: str) -> None:
    """Tell a sentence or two."""
    _console().print(escape(text), soft_wrap=True)


def _console() -> Console:
    return Console(stderr=True, highlight=False)
