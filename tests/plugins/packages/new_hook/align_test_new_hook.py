"""Implements a hook that another version of its library has."""

from align_tasks.plugins import hookimpl


@hookimpl
def register_planets(register):
    register("Mars")
