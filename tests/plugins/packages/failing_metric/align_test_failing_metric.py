"""Metrics that fail while they score."""

from align_tasks.plugins import Metric, hookimpl


@hookimpl
def register_metrics(register):
    register(Metric("association", "always_fails", fail))
    register(Metric("association", "is_not_there", "align_test_failing_metric:nothing"))
    register(Metric("association", "cannot_describe", count, describe=fail))


def fail(answer):
    raise ZeroDivisionError("no words")


def count(answer):
    return len(answer.words)
