"""A trainer without a name."""

from align_tasks.plugins import Trainer, hookimpl


@hookimpl
def register_trainers(register):
    register(Trainer(None, summary="Trains nothing.", train=print, recipe="nowhere:Recipe"))
