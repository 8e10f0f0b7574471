"""`align compare --html`: the whole comparison as one HTML file, which opens without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.page import cues, embed, surveys
from align_tasks.comparison.page.affect import affect_data
from align_tasks.comparison.page.answers import Answers, read_all
from align_tasks.comparison.page.countries import country_of
from align_tasks.comparison.page.curves import curve_data
from align_tasks.comparison.page.runs import task_runs
from align_tasks.comparison.page.tables import table_data
from align_tasks.comparison.page.texts import cut
from align_tasks.files import replace_file

FOLDER = Path(__file__).parent
READERS = {
    "survey": (surveys.keep_item, surveys.read_survey),
    "tension": (surveys.keep_item, surveys.read_tension),
    "association": (cues.keep_cue, cues.read_words),
    "ranking": (cues.keep_cue, cues.read_order),
    "likelihood": (cues.keep_cue, cues.read_shares),
}
SCRIPTS = (
    "dom",
    "state",
    "charts",
    "leaderboard",
    "picker",
    "surveys",
    "cues",
    "tension",
    "affect",
    "learning",
    "main",
)


def write_page(comparison: Comparison, file: Path, *, with_cues: bool = True) -> None:
    """Write the page, whole or not at all; its folder is made where it is missing.

    Args:
        with_cues: show what people answered to each cue, which norms may forbid to publish.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, page(comparison, with_cues=with_cues).encode())


def page(comparison: Comparison, *, with_cues: bool = True) -> str:
    """The page as text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    sections = sections_of(comparison, with_cues=with_cues)
    scripts = [embed.script(code) for code in _scripts(has_charts=len(sections) > 1)]
    sheet = embed.style(_read("page.css"))
    template = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("page.html.j2")
    return template.render(
        policy=embed.policy(scripts, [sheet]),
        sheet=sheet,
        scripts=scripts,
        sections={name: embed.data(value) for name, value in sections.items()},
        models=len(comparison.rows),
        tasks=len({table.task for table in comparison.tables}),
    )


def sections_of(comparison: Comparison, *, with_cues: bool = True) -> dict[str, Any]:
    """The data of each section, by its name; those without any are left out."""
    notes: list[str] = []
    answers = read_all(task_runs(comparison), READERS, notes)
    items = [one for one in answers if one.kind in ("survey", "tension")]
    survey_tasks = _survey_tasks(items, comparison)
    found = {
        "surveys": survey_tasks,
        "cues": [cues.cue_data(one) for one in answers if one not in items and with_cues],
        "affect": affect_data(comparison),
        "learning": curve_data(comparison, notes),
    }
    named = [name for one in survey_tasks for name in (*one["cultures"], one["culture"])]
    named += [one["culture"] for one in found["affect"]]
    main = _main(comparison, named, notes)
    return {"main": main} | {name: value for name, value in found.items() if value}


def _survey_tasks(items: list[Answers], comparison: Comparison) -> list[dict[str, Any]]:
    """Whole surveys come before the tension sets that are cut from them."""
    people = surveys.people_of(items)
    items = sorted(items, key=lambda one: one.kind == "tension")
    return [surveys.survey_data(one, people, _baseline(comparison)) for one in items]


def _main(comparison: Comparison, named: list[str | None], notes: list[str]) -> dict[str, Any]:
    """The leaderboard, and what all sections share."""
    return {
        "models": [cut(row.label) for row in comparison.rows],
        "baseline": _baseline(comparison),
        "cultures": {name: country_of(name) for name in dict.fromkeys(named) if name},
        "tables": [table_data(comparison, table) for table in comparison.tables],
        "legend": wording.legend(comparison),
        "notes": [*wording.problems(comparison), *(cut(note) for note in dict.fromkeys(notes))],
    }


def _baseline(comparison: Comparison) -> int | None:
    labels = [row.label for row in comparison.rows]
    return None if comparison.baseline is None else labels.index(comparison.baseline)


def _scripts(*, has_charts: bool) -> Iterator[str]:
    """The charts' library, where there are any, and the page's own code as one function."""
    if has_charts:
        import vl_convert

        yield vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    parts = [_read(f"scripts/{name}.js") for name in SCRIPTS]
    yield "".join(["(() => {\n'use strict';\n", *parts, "})();\n"])


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
