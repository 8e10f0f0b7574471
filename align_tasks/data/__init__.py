"""Canonical tables: associations, survey items and word ratings."""
