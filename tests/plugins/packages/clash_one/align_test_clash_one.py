"""Claims the culture and the metric that another plugin claims, too."""

from align_tasks.plugins import Culture, Metric, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("cc", "en", "ONE"))


@hookimpl
def register_metrics(register):
    register(Metric("survey", "contested", len))
