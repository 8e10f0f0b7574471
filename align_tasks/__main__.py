"""``python -m align_tasks`` is the `align` command."""

from align_tasks.commands.main import run

run()
