"""docs/tension.md: the tension set with distances, and what the authors' rule would choose instead."""

from __future__ import annotations

from align_tasks.cultures import get_culture
from align_tasks.metrics import answer_distance
from align_tasks.survey.survey import Answers
from align_tasks.survey.tension import tension_distances
from align_tasks.survey.wvs7 import WVS7
from pages.common import NOTE

INTRODUCTION = """
`wvs_tension` asks the 50 World Values Survey items on which the published answers of the USA and China
differ most. The distance is the mean of the Jensen-Shannon distance (base 2) and of the transport distance:
the earth mover's distance over the options' ranks on ordinal scales, total variation on nominal ones. Items
whose two questionnaires offered different options are left out, since the difference of the scales would
count as a difference of the people.
"""


def page() -> str:
    """The tension set with distances, and what the authors' rule would choose instead."""
    items = WVS7.items()
    ours = tension_distances(items, *_answers())
    theirs = tension_distances(items, *_answers(), rule="paper")
    chosen, paper = list(ours)[:50], list(theirs)[:50]
    rows = [
        f"| {place} | {item} | {items[item].label} | {items[item].scale} | {ours[item]:.3f} |"
        for place, item in enumerate(chosen, start=1)
    ]
    only_paper = [item for item in paper if item not in chosen]
    return "\n".join(
        [
            NOTE,
            "# The tension set\n",
            INTRODUCTION.strip(),
            "",
            "| | item | measures | scale | distance |",
            "|---:|---|---|---|---:|",
            *rows,
            "",
            "## What the authors' rule chooses instead\n",
            f"{len(only_paper)} of the 50 items differ; with no item left out, the distance alone changes "
            f"{_by_distance_alone(paper)}. The `paper` rule takes these in place of ours:\n",
            *(f"- {item}, {items[item].label}: {_why(item, ours)}" for item in only_paper),
            "",
            f"Ours only: {', '.join(item for item in chosen if item not in paper)}.",
            "",
        ]
    )


def _answers() -> list[dict[str, Answers]]:
    return [WVS7.answers(get_culture(name)) for name in ("us", "zh")]


def _by_distance_alone(paper: list[str]) -> int:
    """How many of the 50 would differ if only the distance were mended, and no item left out."""
    usa, china = _answers()
    mended = {
        name: float(answer_distance(usa[name].shares, china[name].shares, item.scale))
        for name, item in WVS7.items().items()
    }
    return len(set(sorted(mended, key=lambda name: -mended[name])[:50]) - set(paper))


def _why(item: str, ours: dict[str, float]) -> str:
    if item not in ours:
        return str(WVS7.items()[item].note)
    place = list(ours).index(item) + 1
    return f"place {place} by our rule; the authors' second half does not see where the options lie."
