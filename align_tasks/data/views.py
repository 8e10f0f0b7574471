"""How tables, import reports and answers look on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from align_tasks.data.answers import CueAnswers, ItemAnswers

_BAR = 40
_SHOWN = 25
_SIZES = {"associations": "cues kept", "items": "items", "ratings": "kept"}


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
    """List tables on standard output, one line each."""
    table = Table(box=None, pad_edge=False)
    for header in ("table", "rows", "size", "fingerprint"):
        table.add_column(header, no_wrap=True)
    table.add_column("source", overflow="fold")
    for entry in found:
        name = f"{entry['kind']}/{entry['name']}"
        if "problem" in entry:
            table.add_row(name, "", "", entry["fingerprint"], f"[red]{escape(entry['problem'])}[/]")
            continue
        facts = {**entry["facts"], "kept": entry["kept"]}
        size = f"{facts.get(_SIZES[entry['kind']], facts.get('questions', 0)):,} {_unit(entry['kind'])}"
        source = f"{entry['source']['name']} (SHA-256 {entry['source']['sha256'][:12]}…)"
        table.add_row(name, f"{entry['rows']:,}", size, entry["fingerprint"], escape(source))
    Console().print(table if found else "No tables have been imported.")


def print_cue(answers: CueAnswers) -> None:
    """Show the responses to one cue as bars, on standard output."""
    console = Console(highlight=False)
    whose = "demo set: written by hand, nobody's answers" if answers.is_demo else answers.norms
    console.print(f"[bold]{escape(answers.cue)}[/] in {answers.culture} ({escape(whose)})")
    console.print(f"{answers.position}, n = {answers.n:,}, {answers.split} split")
    highest = max(strength for _, _, strength in answers.responses)
    table = _bars("response", "count", "strength")
    for response, count, strength in answers.responses[:_SHOWN]:
        table.add_row(escape(response), f"{count:,}", f"{strength:.3f}", _bar(strength / highest))
    console.print(table)
    if len(answers.responses) > _SHOWN:
        console.print(f"and {len(answers.responses) - _SHOWN:,} more responses")


def print_item(answers: ItemAnswers) -> None:
    """Show a survey item with its answer shares as bars, group by group, on standard output."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(answers.item)}[/] {escape(answers.label)} ({answers.scale})")
    console.print(escape(answers.question))
    for group in answers.shares:
        number = "" if group.n is None else f" (n = {group.n:,})"
        console.print(f"\n[bold]{escape(group.who)}[/]{number}")
        table = _bars("option", "share")
        for option, share in zip(answers.options, group.shares, strict=True):
            table.add_row(escape(option), f"{share:.1%}", _bar(share))
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
        table.add_row(escape(name), escape(f"{value:,}" if isinstance(value, int) else str(value)))
    return table


def _bars(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right")
    table.add_column("")
    return table


def _bar(part: float) -> str:
    return "█" * round(part * _BAR) or "▏"


def _unit(kind: str) -> str:
    return {"associations": "cues", "items": "items", "ratings": "words"}[kind]
