"""Names that mean something to the terminal or to the command line."""

from align_tasks.plugins import Reader, Trainer, hookimpl


@hookimpl
def register_readers(register):
    register(
        Reader(
            "[/bold]",
            source="[red]",
            kind="associations",
            describes="[link=x]:smile:",
            recognises=bool,
            read=list,
            licence="[b]",
            table="{culture}",
        )
    )


@hookimpl
def register_trainers(register):
    register(Trainer("[on red]", summary="[/red]", train=print, recipe="nowhere:Recipe"))
