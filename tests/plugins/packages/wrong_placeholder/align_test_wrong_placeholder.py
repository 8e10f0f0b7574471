"""A task with a placeholder that nobody fills."""

from pathlib import Path

from align_tasks.plugins import CultureTask, hookimpl


@hookimpl
def register_tasks(register):
    register(CultureTask("poems_{nation}", Path(__file__)))
