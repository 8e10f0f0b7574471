"""What can only be seen with all plugins at hand: names that two claim, and names that nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from align_tasks.plugins.plugin import Origin, Plugin, Problem
from align_tasks.plugins.registry import KINDS, claims
from align_tasks.tasks.offers import TensionSet


def leave_out_clashing(plugins: Sequence[Plugin], builtin: Origin) -> None:
    """Leave out every plugin that claims what another one claims: which of them counts is not ours to say.

    A name of the package itself stays the package's.
    """
    cultures = [culture for plugin in plugins for culture in plugin.added.get("cultures", ())]
    owners: dict[tuple[str, str], list[Plugin]] = defaultdict(list)
    for plugin in plugins:
        owners["plugins", plugin.origin.name].append(plugin)
        for claim in dict.fromkeys(claims(plugin.added, cultures)):
            owners[claim].append(plugin)
    for (kind, name), claimants in owners.items():
        for plugin in claimants if len(claimants) > 1 else ():
            if plugin.origin is not builtin and plugin.kept:
                others = [other.origin for other in claimants if other is not plugin]
                plugin.leave_out(_clash(kind, name, plugin.origin, others, builtin))


def _clash(kind: str, name: str, own: Origin, others: Sequence[Origin], builtin: Origin) -> Problem:
    what = f"the {_singular(kind)} {name!r}"
    if builtin in others:
        return Problem(f"{what} is a name of align-tasks itself", own.way_out)
    told = " and ".join(map(str, others))
    fix = f"Take one out (pip uninstall {own.distribution}), or name those to load in ALIGN_LOAD_PLUGINS."
    return Problem(f"{what} is also claimed by {told}", fix)


def leave_out_dangling(plugins: Sequence[Plugin]) -> None:
    """Leave out plugins that build on a language, culture or survey that no plugin in use has."""
    while True:
        there = _names(plugins)
        found = [
            (plugin, missing) for plugin in plugins for missing in _needs(plugin) if missing not in there
        ]
        if not found:
            return
        plugin, (kind, name) = found[0]
        known = ", ".join(there_name for there_kind, there_name in there if there_kind == kind)
        what = f"the {_singular(kind)} {name!r}"
        reason = f"it needs {what}, which no plugin in use brings (there are: {known})"
        distribution = plugin.origin.distribution
        fix = f"Install the plugin that brings it, or take this one out: pip uninstall {distribution}"
        plugin.leave_out(Problem(reason, fix))


def _names(plugins: Iterable[Plugin]) -> list[tuple[str, str]]:
    return [
        (kind, KINDS[kind].name(one))
        for plugin in plugins
        for kind in ("languages", "cultures", "surveys")
        for one in plugin.added.get(kind, ())
    ]


def _needs(plugin: Plugin) -> Iterator[tuple[str, str]]:
    for culture in plugin.added.get("cultures", ()):
        yield "languages", culture.language
    for offer in plugin.added.get("tasks", ()):
        if isinstance(offer, TensionSet):
            yield from (("cultures", name) for name in offer.cultures)
            yield "surveys", offer.survey


def _singular(kind: str) -> str:
    return kind.removesuffix("s")
