"""Imports a name that its library does not have."""

from align_tasks.plugins import Planet  # noqa: F401
