"""A comparison as Markdown."""

from __future__ import annotations

import re

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Comparison, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!&$])")


def markdown(comparison: Comparison) -> str:
    """Every table under a heading, then what is to be known of the figures."""
    blocks = [_block(table, comparison.baseline) for table in comparison.tables]
    blocks.append("\n".join(escaped(line) for line in wording.legend(comparison)))
    notes = wording.problems(comparison)
    if notes:
        blocks.append("\n".join(f"- {escaped(note)}" for note in notes))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown and HTML in it take as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def _block(table: Table, baseline: str | None) -> str:
    places = wording.places_shown(table)
    columns = [table.columns[place] for place in places]
    titles = [f"{escaped(column.title)} {wording.direction(column)}".strip() for column in columns]
    lines = [f"### {escaped(wording.heading(table))}", "", escaped(wording.about(table)), ""]
    lines += [_line(["", *titles]), "|---|" + "---:|" * len(titles)]
    for label in table.labels:
        cells = [_shown(column.cells.get(label)) for column in columns]
        lines.append(_line([_name(table, label, baseline), *cells]))
    for name, values in wording.yardstick_rows(table):
        beside = [values[place] for place in places]
        lines.append(_line([f"*{name}*", *("" if one is None else wording.number(one) for one in beside)]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _name(table: Table, label: str, baseline: str | None) -> str:
    told = [escaped(label), "baseline" if label == baseline else "", wording.remarks(table, label)]
    return "<br>".join(filter(None, told))


def _shown(cell: Cell | None) -> str:
    if cell is None:
        return ""
    value = wording.number(cell.value)
    around = wording.interval(cell.interval)
    lines = [f"**{value}**" if cell.is_best else value]
    if around:
        lines[0] += f" ({around})"
    if cell.change is not None:
        lines.append(escaped(wording.change(cell.change)))
    if cell.rank is not None:
        lines.append(wording.rank(cell))
    return "<br>".join(lines)
