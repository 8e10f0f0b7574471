"""Registers a name instead of a culture."""

from align_tasks.plugins import hookimpl


@hookimpl
def register_cultures(register):
    register("us")
