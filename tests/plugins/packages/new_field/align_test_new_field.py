"""Gives a culture what another version of its library takes."""

from align_tasks.plugins import Culture, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("nf", "en", "FIN", region="north"))
