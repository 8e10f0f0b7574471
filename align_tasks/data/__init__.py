"""Canonical tables: associations, the participants behind them, survey items and word ratings."""
