"""A language for other plugins."""

from dataclasses import replace

from align_tasks.plugins import Language, hookimpl
from align_tasks.prompts import ENGLISH


@hookimpl
def register_languages(register):
    register(Language("sv", replace(ENGLISH, association_lead="Associationer:")))
