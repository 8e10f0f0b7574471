"""Claims a command of the package itself."""

from align_tasks.plugins import Command, hookimpl


@hookimpl
def register_commands(register):
    register(Command("eval", evaluate))


def evaluate() -> None:
    """Evaluate nothing."""
