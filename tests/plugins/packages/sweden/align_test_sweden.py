"""A culture whose language another plugin brings."""

from align_tasks.plugins import Culture, TensionSet, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("se", "sv", "SWE"))


@hookimpl
def register_tasks(register):
    register(TensionSet(("se", "us")))
