"""The lm-eval tasks: `task_yaml/` names the functions of this package."""
