"""Where figures go besides the log file."""

from __future__ import annotations

import importlib.util

from align_tasks.errors import AlignError

LOGGERS = ("none", "tensorboard", "trackio", "wandb")


def loggers(names: str) -> list[str]:
    """The loggers of a recipe, each of which is known and installed.

    Args:
        names: separated by commas.

    Raises:
        AlignError: one is not.
    """
    found = [name.strip() for name in names.split(",")]
    for name in found:
        if name not in LOGGERS:
            raise AlignError(f"report_to: unknown logger {name!r}", hint=f"Loggers: {', '.join(LOGGERS)}")
        if name != "none" and importlib.util.find_spec(name) is None:
            raise AlignError(f"report_to: {name} is not installed", hint=f"pip install {name}")
    return [name for name in found if name != "none"]
