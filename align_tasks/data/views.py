"""How tables, import reports and answers look on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from align_tasks.data.answers import CueAnswers, ItemAnswers, Shares

_BAR = 40
_SHOWN = 25
_SOURCE = 24
_SIZES = {"associations": "cues kept", "participants": "cues kept", "items": "items", "ratings": "kept"}


def print_imports(stored: list[dict[str, Any]]) -> None:
    """Report imports on standard error: every row that came in, kept, merged, or dropped with its reason."""
    console = Console(stderr=True)
    seen = None
    for entry in stored:
        if entry["source"] != seen:
            console.print(_account(entry))
            for warning in entry["warnings"]:
                console.print(f"[yellow]Warning:[/] {escape(warning)}")
        seen = entry["source"]
        console.print(
            f"Stored {escape(entry['kind'])}/{escape(entry['name'])}: {entry['rows']:,} rows, "
            f"fingerprint {entry['fingerprint']}"
        )


def print_tables(found: list[dict[str, Any]]) -> None:
    """List tables on standard output, one line each; only the last column is ever folded, and none is cut."""
    headers = ["table", "rows", "size", "fingerprint"]
    lines = [_line(entry) for entry in found]
    widths = [max(map(len, column)) for column in zip(headers, *(line[:-1] for line in lines), strict=True)]
    table = Table(box=None, pad_edge=False)
    for header, width in zip(headers, widths, strict=True):
        table.add_column(header, no_wrap=True, min_width=width)
    table.add_column("source", overflow="fold")
    for entry, line in zip(found, lines, strict=True):
        table.add_row(*map(escape, line), style="red" if "problem" in entry else None)
    console = Console()
    console.width = max(console.width, sum(widths) + 2 * len(widths) + _SOURCE)
    console.print(table if found else "No tables have been imported.")


def _line(entry: dict[str, Any]) -> list[str]:
    name = f"{entry['kind']}/{entry['name']}"
    if "problem" in entry:
        return [name, "", "", "", entry["problem"]]
    facts = {**entry["facts"], "kept": entry["kept"]}
    size = f"{facts.get(_SIZES[entry['kind']], facts.get('questions', 0)):,} {_unit(entry['kind'])}"
    source = f"{entry['source']['name']} (SHA-256 {entry['source']['sha256'][:12]}…)"
    return [name, f"{entry['rows']:,}", size, entry["fingerprint"], source]


def print_cue(answers: CueAnswers) -> None:
    """Show the responses to one cue as bars, on standard output."""
    console = Console(highlight=False)
    whose = "demo set: written by hand, nobody's answers" if answers.is_demo else answers.norms
    console.print(f"[bold]{escape(answers.cue)}[/] in {answers.culture} ({escape(whose)})")
    console.print(f"{answers.position}, n = {answers.n:,}, {answers.split} split")
    highest = max(strength for _, _, strength in answers.responses)
    table = _bars("response", "count", "strength")
    for response, count, strength in answers.responses[:_SHOWN]:
        table.add_row(escape(response), f"{count:,}", f"{strength:.3f}", _Bar(strength / highest))
    console.print(table)
    if len(answers.responses) > _SHOWN:
        console.print(f"and {len(answers.responses) - _SHOWN:,} more responses")


def print_items(found: list[ItemAnswers]) -> None:
    """Show items of surveys, each with its answer shares as bars, group by group, on standard output."""
    console = Console(highlight=False)
    for place, answers in enumerate(found):
        about = f"{answers.label} ({answers.scale}), {answers.survey}"
        console.print(f"{chr(10) if place else ''}[bold]{escape(answers.item)}[/] {escape(about)}")
        console.print(escape(answers.question))
        for group in answers.shares:
            _print_shares(console, group)


def _print_shares(console: Console, group: Shares) -> None:
    number = "" if group.n is None else f" (n = {group.n:,})"
    console.print(f"\n[bold]{escape(group.who)}[/]{number}")
    table = _bars("option", "share")
    for option, share in zip(group.options, group.shares, strict=True):
        table.add_row(escape(option), f"{share:.1%}", _Bar(share))
    console.print(table)


def _account(entry: dict[str, Any]) -> Table:
    table = Table(title=f"{entry['source']['name']} ({entry['reader']['name']})", title_justify="left")
    table.add_column(entry["unit"])
    table.add_column("number", justify="right")
    table.add_row("in the file", f"{entry['in']:,}")
    table.add_row("kept", f"{entry['kept']:,}")
    table.add_row("merged into another", f"{entry['merged']:,}")
    for reason, number in entry["dropped"].items():
        table.add_row(f"dropped: {escape(reason)}", f"{number:,}")
    table.add_section()
    for name, value in entry["facts"].items():
        table.add_row(escape(name), escape(_plain(value)))
    return table


def _bars(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right")
    table.add_column("")
    return table


@dataclass(frozen=True)
class _Bar:
    """A bar, `part` as long as its column is wide: that is `_BAR`, or what a narrow terminal leaves of it."""

    part: float

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, min(_BAR, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        mark, least = ("#", "|") if options.ascii_only else ("█", "▏")
        yield Text(mark * round(self.part * options.max_width) or least)


def _plain(value: Any) -> str:
    """A fact of an import as people read it."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _unit(kind: str) -> str:
    return {"associations": "cues", "participants": "cues", "items": "items", "ratings": "words"}[kind]
