"""For lm-eval's coming entry-point group ``lm_eval.tasks``: a package whose folder holds every task file.

Released lm-eval does not read that group yet; until it does, the wheel puts the files into ``lm_eval/tasks``
(``force-include`` in pyproject.toml). Once it does, that setting goes, and this stays.
"""

from __future__ import annotations

from align_tasks.task_folder import task_folder

__path__ = [str(task_folder())]
