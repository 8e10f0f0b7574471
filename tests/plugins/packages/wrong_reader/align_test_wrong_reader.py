"""A reader of a kind that there is not."""

from align_tasks.plugins import Reader, hookimpl


@hookimpl
def register_readers(register):
    register(Reader("odd", "odd", "poems", "poems", bool, list, "CC0", "{culture}"))
