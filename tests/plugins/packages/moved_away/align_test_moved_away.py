"""Imports a module that another version of its library has."""

from align_tasks.survey.moved_away import FileSurvey  # noqa: F401
