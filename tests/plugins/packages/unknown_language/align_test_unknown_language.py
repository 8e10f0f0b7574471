"""A culture in a language that nobody brings."""

from align_tasks.plugins import Culture, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("ul", "xx", "ULA"))
