"""Registers a culture and a metric, then fails in a later hook."""

from align_tasks.plugins import Command, Culture, Metric, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("he", "en", "HUN"))


@hookimpl
def register_metrics(register):
    register(Metric("association", "half_registered", len))


@hookimpl
def register_commands(register):
    register(Command("half", half))
    raise KeyError("settings")


def half() -> None:
    """Do half of it."""
