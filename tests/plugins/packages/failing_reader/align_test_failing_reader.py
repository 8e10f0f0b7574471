"""A reader that fails on every file that it looks at."""

from align_tasks.plugins import Reader, hookimpl


@hookimpl
def register_readers(register):
    register(
        Reader(
            "shaky",
            source="swow",
            kind="associations",
            describes="all",
            recognises=recognises,
            read=list,
            licence="CC0",
            table="{culture}",
        )
    )


def recognises(path):
    raise ValueError(f"{path.name} is not what I expected")
