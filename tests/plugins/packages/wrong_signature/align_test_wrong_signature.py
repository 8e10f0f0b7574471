"""A hook that takes something else."""

from align_tasks.plugins import Culture, hookimpl


@hookimpl
def register_cultures(registrar):
    registrar.add(Culture("ws", "en", "WSM"))
