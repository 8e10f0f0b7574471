"""Names that mean something to the terminal or to the command line."""

from align_tasks.plugins import Reader, Trainer, hookimpl


@hookimpl
def register_readers(register):
    register(Reader("[/bold]", "[red]", "associations", "[link=x]:smile:", bool, list, "[b]", "{culture}"))


@hookimpl
def register_trainers(register):
    register(Trainer("[on red]", summary="[/red]", train=print))
