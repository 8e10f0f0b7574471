"""A command whose help the terminal cannot show."""

from align_tasks.plugins import Command, hookimpl


@hookimpl
def register_commands(register):
    register(Command("shred", shred))


def shred() -> None:
    """Write everything to [/dev/null]."""
