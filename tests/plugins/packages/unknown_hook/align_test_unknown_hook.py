"""A hook whose name has a typing error."""

from align_tasks.plugins import Culture, Metric, hookimpl


@hookimpl
def register_culture(register):
    register(Culture("uh", "en", "USA"))


@hookimpl
def register_metrics(register):
    register(Metric("association", "unknown_hook", len))
