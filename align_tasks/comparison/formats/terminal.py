"""A comparison for the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Comparison, Table

COLUMN_WIDTH = 38


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print every table, and what is to be known of its figures."""
    for table in comparison.tables:
        console.print(
            f"[bold]{escape(wording.heading(table))}[/bold] [dim]{escape(wording.about(table))}[/dim]"
        )
        for places in _that_fit(table, console.width):
            console.print(_grid(table, comparison.baseline, places))
    for line in wording.legend(comparison):
        console.print(escape(line), style="dim")
    for line in wording.problems(comparison):
        console.print(f"[yellow]note[/yellow] {escape(line)}")


def _that_fit(table: Table, width: int) -> list[list[int]]:
    """Places of columns that fit side by side."""
    names = max(map(len, (*table.labels, wording.CHANCE)))
    at_once = max(1, (width - min(names, width // 3)) // COLUMN_WIDTH)
    places = wording.places_shown(table)
    return [places[at : at + at_once] for at in range(0, len(places), at_once)]


def _grid(table: Table, baseline: str | None, places: list[int]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("", overflow="fold")
    for place in places:
        column = table.columns[place]
        grid.add_column(f"{escape(column.title)} {wording.direction(column)}", justify="right")
    for label in table.labels:
        cells = wording.cells_of(table, label)
        grid.add_row(_name(table, label, baseline), *(_shown(cells[place]) for place in places))
    for number, (name, values) in enumerate(wording.yardstick_rows(table)):
        if number == 0:
            grid.add_section()
        shown = [values[place] for place in places]
        grid.add_row(name, *("" if one is None else wording.number(one) for one in shown), style="dim")
    return grid


def _name(table: Table, label: str, baseline: str | None) -> str:
    lines = [escape(label)]
    if label == baseline:
        lines.append("[dim]baseline[/dim]")
    if wording.remarks(table, label):
        lines.append(f"[red]{wording.remarks(table, label)}[/red]")
    return "\n".join(lines)


def _shown(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    value = wording.number(cell.value)
    around = wording.interval(cell.interval)
    lines = [f"[bold]{value}[/bold]" if cell.is_best else value, f"[dim]{around}[/dim]" if around else ""]
    if cell.change is not None:
        lines.append(escape(wording.change(cell.change)))
    if cell.rank is not None:
        lines.append(f"[dim]{wording.rank(cell)}[/dim]")
    return "\n".join(filter(None, lines))
