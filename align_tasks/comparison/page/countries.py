"""How the page names the people of a culture."""

from __future__ import annotations

from align_tasks.cultures import cultures

_COUNTRIES = {"USA": "the USA", "CHN": "China", "JPN": "Japan", "DEU": "Germany", "GBR": "Great Britain"}
_COUNTRIES |= {"KOR": "South Korea", "IND": "India", "FRA": "France", "ESP": "Spain", "MEX": "Mexico"}
_COUNTRIES |= {"BRA": "Brazil", "EGY": "Egypt", "NGA": "Nigeria", "RUS": "Russia", "NLD": "the Netherlands"}


def country_of(culture: str) -> str:
    """The country of a culture as a sentence names it, else its code, else the culture's name."""
    known = cultures().get(culture)
    return culture if known is None else _COUNTRIES.get(known.country, known.country)


def culture_in(task: str) -> str | None:
    """The culture that a task's name ends with, such as ``us`` of ``wvs_tension_us``; None without one."""
    known = cultures()
    return next((part for part in reversed(task.split("_")) if part in known), None)
