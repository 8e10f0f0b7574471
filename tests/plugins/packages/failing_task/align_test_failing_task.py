"""A task that fails on every culture that it looks at."""

from pathlib import Path

from align_tasks.plugins import CultureTask, hookimpl


@hookimpl
def register_tasks(register):
    register(CultureTask("poems_{culture}", Path(__file__), applies=applies))


def applies(culture):
    return culture.population > 0
