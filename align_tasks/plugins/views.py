"""How the list of plugins looks on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console
from rich.text import Text

from align_tasks.plugins.plugin import Plugin

_INDENT = 13
_LEAST = 20
_STYLES = {"loaded": "", "loaded, with a warning": "yellow", "left out": "red", "not selected": "dim"}


def print_plugins(plugins: Iterable[Plugin]) -> None:
    """Print each plugin with its problem and what it adds; what looks like markup in names is text."""
    console = Console(highlight=False)
    width = max(console.width - _INDENT, _LEAST)
    for plugin in plugins:
        origin = plugin.origin
        style = _STYLES[plugin.status]
        named = Text.assemble((origin.name, "bold"), f" {origin.version} ({origin.distribution}): ")
        console.print(named.append(plugin.status, style), soft_wrap=True)
        for label, texts in _entries(plugin):
            hanging = "  " if len(texts) > 1 else ""
            lines = [line for text in texts for line in _wrapped(text, width, hanging)]
            told = f"  {label:{_INDENT - 2}}" + f"\n{'':{_INDENT}}".join(lines)
            console.print(Text(told, "dim" if label == "hooks" else ""), soft_wrap=True)


def _entries(plugin: Plugin) -> Iterator[tuple[str, list[str]]]:
    """What there is to tell of a plugin: a label, and texts that begin a line each."""
    if plugin.problem:
        yield "problem", [plugin.problem.reason]
        yield "fix", [plugin.problem.fix]
    for kind, names in plugin.added_names().items():
        yield kind, _metrics(plugin) if kind == "metrics" else [", ".join(names)]
    if plugin.hooks:
        yield "hooks", [", ".join(plugin.hooks)]


def _metrics(plugin: Plugin) -> list[str]:
    """Its metrics, a text for each kind of answers."""
    metrics = sorted(plugin.added["metrics"], key=lambda metric: str(metric.kind))
    by_kind = groupby(metrics, key=lambda metric: str(metric.kind))
    return [f"{kind}: {', '.join(metric.name for metric in same)}" for kind, same in by_kind]


def _wrapped(text: str, width: int, hanging: str) -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )
