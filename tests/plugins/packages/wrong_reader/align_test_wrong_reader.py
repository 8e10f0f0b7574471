"""A reader of a kind that there is not."""

from align_tasks.plugins import Reader, hookimpl


@hookimpl
def register_readers(register):
    register(
        Reader(
            "odd",
            source="odd",
            kind="poems",
            describes="poems",
            recognises=bool,
            read=list,
            licence="CC0",
            table="{culture}",
        )
    )
