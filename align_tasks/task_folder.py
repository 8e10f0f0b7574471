"""Where the task YAML files are: beside the package in a checkout, inside lm-eval once installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from align_tasks.errors import AlignError


def task_folder() -> Path:
    """Folder of the YAML files, for lm-eval's ``--include_path``.

    Raises:
        AlignError: the installation has lost them.
    """
    checkout = Path(__file__).parents[1] / "task_yaml"
    if checkout.is_dir():
        return checkout
    lm_eval = find_spec("lm_eval")
    for root in (lm_eval and lm_eval.submodule_search_locations) or ():
        installed = Path(root) / "tasks" / "align_tasks"
        if installed.is_dir():
            return installed
    raise AlignError(
        "the task files are not installed", hint="Reinstall: pip install --force-reinstall align-tasks"
    )
