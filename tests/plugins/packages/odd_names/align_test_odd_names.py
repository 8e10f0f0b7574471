"""Names that mean something to the terminal or to the command line."""

from align_tasks.plugins import Metric, Reader, Trainer, hookimpl


@hookimpl
def register_readers(register):
    register(Reader("[/bold]", "[red]", "associations", "[link=x]:smile:", bool, list, "[b]", "{culture}"))


@hookimpl
def register_metrics(register):
    register(Metric("[blue]", "[red]", len))
    register(Metric("[blue]", ":smile:", len))
    register(Metric("association", "[/]\\", len))


@hookimpl
def register_trainers(register):
    register(Trainer("[on red]", "[/red]", print))
