"""The demo's folder, which a small file marks as such."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from align_tasks.demo.plan import TASKS, Plan
from align_tasks.errors import AlignError
from align_tasks.files import replace_file
from align_tasks.results_files import check_writable
from align_tasks.runs import NAME_ANOTHER

MARK = "demo.json"


def take_folder(plan: Plan) -> None:
    """Make the output folder the demo's, or find it to be so.

    Raises:
        AlignError: it holds something else, or cannot be written.
    """
    if _is_filled(plan.output) and not (plan.output / MARK).is_file():
        raise AlignError(
            f"the output folder {plan.output} is not empty, and holds no demo", hint=NAME_ANOTHER
        )
    check_writable(plan.output)
    replace_file(plan.output / MARK, f"{json.dumps(_about(plan), indent=1)}\n".encode())


def _about(plan: Plan) -> dict[str, Any]:
    """What is done in the folder, for people who find it."""
    return {
        "model": plan.model.name,
        "tasks": TASKS,
        "limit": plan.limit,
        "lessons": {name: lesson.settings for name, lesson in plan.lessons.items()},
    }


def _is_filled(folder: Path) -> bool:
    try:
        return bool(os.listdir(folder))
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AlignError(f"cannot use {folder} as a folder: {error.strerror or error}") from error
