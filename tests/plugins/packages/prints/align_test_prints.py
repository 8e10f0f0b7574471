"""Prints when it is imported and when it registers."""

import sys

from align_tasks.plugins import Culture, hookimpl

sys.stdout.reconfigure(errors="replace")
print('{"welcome": [1, 2]}')


@hookimpl
def register_cultures(register):
    print("registering")
    register(Culture("pr", "en", "PRI"))
