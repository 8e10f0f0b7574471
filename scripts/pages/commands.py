"""docs/commands.md: the help text of every command."""

from __future__ import annotations

import os
import subprocess
import sys

from pages.common import NOTE, fenced

COMMANDS = (
    "",
    "data",
    "data import",
    "data import swow",
    "data import wvs",
    "data import norms",
    "data list",
    "data show",
    "tasks",
    "tasks path",
    "tasks write",
    "eval",
    "train",
    "train sft",
    "compare",
    "run",
    "report",
    "plugins",
    "plugins new",
    "demo",
)


TRAINERS = "align-trainers"
ALIGN = "import sys; sys.argv[0] = 'align'; from align_tasks.commands.main import run; run()"


def page() -> str:
    """The page."""
    environment = {
        **os.environ,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "ALIGN_DATA": "/nowhere",
        "ALIGN_LOAD_PLUGINS": TRAINERS,
    }
    parts = [NOTE, "# Commands\n"]
    for command in COMMANDS:
        words = ["align", *command.split()]
        shown = subprocess.run(
            [sys.executable, "-c", ALIGN, *words[1:], "--help"],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        parts += [f"## {' '.join(words)}\n", fenced(_right_trimmed(shown.stdout))]
    return "\n".join(parts)


def _right_trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
