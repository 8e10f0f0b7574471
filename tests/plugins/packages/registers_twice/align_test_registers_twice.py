"""Registers one name twice."""

from align_tasks.plugins import Metric, hookimpl


@hookimpl
def register_metrics(register):
    register(Metric("association", "twice", len))
    register(Metric("association", "twice", sum))
