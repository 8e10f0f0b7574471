"""Claims a culture of the package itself."""

from align_tasks.plugins import Culture, Metric, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("us", "en", "GBR"))


@hookimpl
def register_metrics(register):
    register(Metric("association", "claims_us", len))
