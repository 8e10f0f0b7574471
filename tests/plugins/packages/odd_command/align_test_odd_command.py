"""A command that nobody can type."""

from align_tasks.plugins import Command, hookimpl


@hookimpl
def register_commands(register):
    register(Command("--[red] help me!", help_me))


def help_me() -> None:
    """Help nobody."""
