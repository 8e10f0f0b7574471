"""Does when it is imported what the test says; has a command that logs to standard output as it was then."""

import logging
import os
import sys

from align_tasks.plugins import Command, hookimpl

logger = logging.getLogger("align_test_at_import")
logger.handlers = [logging.StreamHandler(sys.stdout)]
logger.setLevel(logging.INFO)
logger.propagate = False

exec(os.environ.get("ALIGN_TEST_AT_IMPORT", ""))


@hookimpl
def register_commands(register):
    register(Command("say", say))


def say() -> None:
    """Say what there is to say."""
    logger.info("forty-two")
