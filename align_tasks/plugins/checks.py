"""What can only be seen with all plugins at hand: names that two claim, and names that nobody has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from align_tasks.plugins.plugin import Origin, Plugin, Problem
from align_tasks.plugins.registry import KINDS, task_names
from align_tasks.tasks.offers import TaskFolder, TensionSet


@dataclass(frozen=True)
class _Claim:
    """A name that a plugin wants for itself; with `shared`, to be shared by those who say the same."""

    plugin: Plugin
    kind: str
    name: str
    shared: str | None = None


def leave_out_clashing(plugins: Sequence[Plugin], builtin: Origin) -> None:
    """Leave out every plugin that claims what another one claims: which of them counts is not ours to say.

    A name of the package itself stays the package's.
    """
    claims: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    for claim in _claims(plugins, builtin):
        claims[claim.kind, claim.name].append(claim)
    for (kind, name), claimed in claims.items():
        claimants = {id(claim.plugin): claim.plugin for claim in claimed}
        is_shared = len({claim.shared for claim in claimed}) == 1 and claimed[0].shared is not None
        ours = {claim.shared for claim in claimed if claim.plugin.origin is builtin} - {None}
        differing = {id(claim.plugin) for claim in claimed if claim.shared not in ours}
        for plugin in claimants.values() if len(claimants) > 1 and not is_shared else ():
            if plugin.origin is not builtin and plugin.kept and id(plugin) in differing:
                others = [other.origin for other in claimants.values() if other is not plugin]
                plugin.leave_out(_clash(kind, name, plugin.origin, others, builtin))


def _claims(plugins: Sequence[Plugin], builtin: Origin) -> Iterator[_Claim]:
    """What every plugin claims; names that hold a culture are claimed for every culture there is.

    Where the package's own metric or task gets a name from a plugin's culture, the plugin claims it.
    """
    named = [
        (plugin, kind, name)
        for plugin in plugins
        for kind, objects in plugin.added.items()
        for one in objects
        for name in _names_of(kind, one)
    ]
    for plugin in plugins:
        yield _Claim(plugin, "plugins", plugin.origin.name)
        for reader in plugin.added.get("readers", ()):
            yield _Claim(plugin, "sources", reader.source, shared=reader.kind)
    for plugin, kind, name in named:
        if "{culture}" not in name:
            yield _Claim(plugin, kind, name)
    cultures = [(plugin, culture) for plugin, kind, culture in named if kind == "cultures"]
    for plugin, kind, name in named:
        for owner, culture in cultures if "{culture}" in name else ():
            claimant = owner if plugin.origin is builtin else plugin
            yield _Claim(claimant, kind, name.replace("{culture}", culture))


def _names_of(kind: str, one: Any) -> list[str]:
    if isinstance(one, TaskFolder | TensionSet):
        return task_names(one, ())
    return [KINDS[kind].name(one)]


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
        needs = ((plugin, need) for plugin in plugins for need in _needs(plugin))
        missing = next(((plugin, need) for plugin, need in needs if need not in there), None)
        if missing is None:
            return
        plugin, (kind, name) = missing
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
