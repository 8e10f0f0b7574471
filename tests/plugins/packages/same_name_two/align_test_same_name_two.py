"""Its entry point has the name of another package's."""

from align_tasks.plugins import Culture, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("same-two", "en", "USA"))
