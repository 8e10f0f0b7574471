"""Asks for what is registered while it is imported."""

from align_tasks.cultures import get_culture

COUNTRY = get_culture("us").country
