"""Defines a task of the package itself."""

from pathlib import Path

from align_tasks.plugins import TaskFolder, hookimpl


@hookimpl
def register_tasks(register):
    register(TaskFolder(Path(__file__).parent / "tasks"))
