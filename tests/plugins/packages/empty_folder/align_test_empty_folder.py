"""A folder of tasks that its wheel does not have."""

from pathlib import Path

from align_tasks.plugins import TaskFolder, hookimpl


@hookimpl
def register_tasks(register):
    register(TaskFolder(Path(__file__).parent / "align_test_empty_folder_tasks"))
