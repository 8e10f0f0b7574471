"""A comparison for the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from align_tasks.comparison import wording
from align_tasks.comparison.compare import Cell, Comparison, Table


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print every table, and what is to be known of its figures."""
    for table in comparison.tables:
        console.print(_grid(table, comparison.baseline))
    for line in wording.legend(comparison):
        console.print(escape(line), style="dim")
    for line in wording.problems(comparison):
        console.print(f"[yellow]note[/yellow] {escape(line)}")


def _grid(table: Table, baseline: str | None) -> Grid:
    grid = Grid(
        title=f"[bold]{escape(wording.heading(table))}[/bold]",
        caption=escape(wording.about(table)),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    grid.add_column("", overflow="fold")
    for column in table.columns:
        grid.add_column(f"{escape(column.title)} {wording.direction(column)}", justify="right")
    for label in table.labels:
        grid.add_row(_name(table, label, baseline), *map(_shown, wording.cells_of(table, label)))
    rows = wording.yardstick_rows(table)
    if rows:
        grid.add_section()
    for name, values in rows:
        shown = ["" if value is None else wording.number(value) for value in values]
        grid.add_row(name, *shown, style="dim")
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
