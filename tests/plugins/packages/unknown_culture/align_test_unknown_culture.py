"""A tension set with a culture that nobody brings."""

from align_tasks.plugins import TensionSet, hookimpl


@hookimpl
def register_tasks(register):
    register(TensionSet(("us", "atlantis")))
