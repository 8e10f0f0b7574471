"""A comparison as LaTeX tables, for the package booktabs."""

from __future__ import annotations

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Column, Comparison, Table

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
_ARROWS = {True: r" $\uparrow$", False: r" $\downarrow$", None: ""}


def latex(comparison: Comparison) -> str:
    """A ``table`` for each table; what is to be known of the figures stands before them as comments."""
    notes = [*wording.legend(comparison), *wording.problems(comparison)]
    head = "\n".join(f"% {note}" for note in ["Needs \\usepackage{booktabs}.", *notes])
    return "\n\n".join([head, *(_block(table, comparison.baseline) for table in comparison.tables)]) + "\n"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def _block(table: Table, baseline: str | None) -> str:
    places = wording.places_shown(table)
    columns = [table.columns[place] for place in places]
    has_change = [any(cell.change for cell in column.cells.values()) for column in columns]
    heads = [
        _head(column) + (" & change" if has else "") for column, has in zip(columns, has_change, strict=True)
    ]
    lines = [
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{escaped(wording.heading(table))}: {escaped(wording.about(table))}}}",
        rf"\begin{{tabular}}{{l{''.join('rr' if has else 'r' for has in has_change)}}}",
        r"\toprule",
        _line(["", *heads]),
        r"\midrule",
    ]
    for label in table.labels:
        cells = [one.cells.get(label) for one in columns]
        shown = [_shown(cell, has) for cell, has in zip(cells, has_change, strict=True)]
        lines.append(_line([_name(table, label, baseline), *shown]))
    beside = []
    for name, values in wording.yardstick_rows(table):
        shown = [_yardstick(values[place], has) for place, has in zip(places, has_change, strict=True)]
        beside.append(_line([name, *shown]))
    lines += [r"\midrule", *beside] if beside else []
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _yardstick(value: float | None, has_change: bool) -> str:
    return ("" if value is None else wording.number(value)) + (" &" if has_change else "")


def _head(column: Column) -> str:
    return escaped(column.title) + _ARROWS[column.better]


def _name(table: Table, label: str, baseline: str | None) -> str:
    remark = wording.remarks(table, label)
    told = [escaped(label), "(baseline)" if label == baseline else "", f"({remark})" if remark else ""]
    return " ".join(filter(None, told))


def _shown(cell: Cell | None, has_change: bool) -> str:
    if cell is None:
        return "--" + (" &" if has_change else "")
    value = wording.number(cell.value)
    told = rf"\textbf{{{value}}}" if cell.is_best else value
    if not has_change:
        return told
    if cell.change is None:
        return f"{told} &"
    around = wording.interval(cell.change.interval, signed=True)
    change = wording.number(cell.change.value, signed=True) + (f" ({around})" if around else "")
    mark = "$^{*}$" if wording.star(cell.change) else ""
    return f"{told} & {change}{mark}"
