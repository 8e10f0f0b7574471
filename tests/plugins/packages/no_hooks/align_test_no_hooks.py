"""Forgot to mark its hooks."""

from align_tasks.plugins import Culture


def register_cultures(register):
    register(Culture("nh", "en", "NLD"))
