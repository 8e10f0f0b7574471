"""A culture whose country has no code."""

from align_tasks.plugins import Culture, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("nc", "en", "Utopia"))
