"""Loading plugins, each apart from the others: one that is broken is left out, with one warning.

``ALIGN_LOAD_PLUGINS=a,b``   load only these (none when it is empty)
``ALIGN_STRICT_PLUGINS=1``   any problem of a plugin is an error

That holds for what is found wrong when plugins are loaded, and for failures in use that `tell_failure`
tells. A metric that fails while it scores an answer is NaN and an error in the log, strict or not: by then a
model has worked for hours, and nobody takes NaN for a result.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from threading import RLock
from typing import Any

from align_tasks import __version__
from align_tasks.errors import AlignError, one_line
from align_tasks.plugins.checks import leave_out_clashing, leave_out_dangling
from align_tasks.plugins.drafting import draft
from align_tasks.plugins.fitting import judged
from align_tasks.plugins.plugin import Origin, Plugin, Problem, module_of
from align_tasks.plugins.printed import printed_apart
from align_tasks.plugins.registry import Registry

GROUP = "align_tasks"
SELECT = "ALIGN_LOAD_PLUGINS"
STRICT = "ALIGN_STRICT_PLUGINS"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """All plugins after loading, the package's own first, and what they registered.

    Attributes:
        plugins: selected ones, whether in use or left out.
        registry: what those in use registered.
        unselected: those that ``ALIGN_LOAD_PLUGINS`` does not name, of which nothing was imported.
        unknown: names in ``ALIGN_LOAD_PLUGINS`` that no plugin has.
        failed: what was told of failures in use.
    """

    plugins: tuple[Plugin, ...]
    registry: Registry
    unselected: tuple[Plugin, ...] = ()
    unknown: tuple[str, ...] = ()
    failed: set[str] = field(default_factory=set)

    def problems(self) -> list[str]:
        """Each problem in one line."""
        told = [plugin.told() for plugin in self.plugins if plugin.problem]
        installed = {p.origin.name for p in (*self.plugins, *self.unselected) if p.origin is not BUILTIN}
        there = f"Installed: {', '.join(sorted(installed)) or 'none'}"
        return told + [
            f"{SELECT} names {name!r}, and no such plugin is installed. {there}" for name in self.unknown
        ]

    def origin_of(self, one: Any) -> Origin:
        """The plugin that registered an object; the package itself where none did."""
        for plugin in self.plugins:
            if any(one is added for objects in plugin.added.values() for added in objects):
                return plugin.origin
        return BUILTIN

    def origin_of_module(self, module: str) -> Origin:
        """The plugin that a module belongs to; the package itself where it is of none."""
        package = module.partition(".")[0]
        return next((p.origin for p in self.plugins if module_of(p.origin.value) == package), BUILTIN)


_loaded: Loaded | None = None
_lock = RLock()
_loading = False


def registry() -> Registry:
    """What the package and all plugins registered; loads them when first called.

    Raises:
        AlignError: a plugin has a problem, with ``ALIGN_STRICT_PLUGINS``.
    """
    found = loaded()
    refuse_problems(found)
    return found.registry


def loaded() -> Loaded:
    """The plugins; the first call loads them and warns of each problem, unless problems are errors."""
    global _loaded, _loading
    with _lock:  # threads wait for the first; only a plugin can ask again meanwhile
        if _loaded is None:
            if _loading:
                raise AlignError(
                    "a plugin asks for what plugins have registered while they are being loaded",
                    hint="It should ask inside its functions, not when it is imported.",
                )
            _loading = True
            try:
                _loaded = load([BUILTIN, *installed()], selected())
            finally:
                _loading = False
            for problem in () if is_strict() else _loaded.problems():
                logger.warning(problem)
        return _loaded


def refuse_problems(found: Loaded) -> None:
    """Raise what is wrong with plugins, if ``ALIGN_STRICT_PLUGINS`` says so."""
    if is_strict() and (problems := found.problems()):
        errors = [plugin.problem.error for plugin in found.plugins if plugin.problem]
        raise AlignError("\n  ".join(problems), hint=f"({STRICT} is set)") from errors[0] if errors else None


def tell_failure(one: Any, what: str, error: Exception) -> None:
    """Warn, once, that an object of a plugin fails in use; the caller goes on without it.

    Args:
        one: the object, as it was registered.
        what: of it fails, such as ``its reader 'x'``.
        error: how.

    Raises:
        AlignError: with ``ALIGN_STRICT_PLUGINS``.
        Exception: the error itself, where the object is the package's own.
    """
    found = loaded()
    origin = found.origin_of(one)
    if origin is BUILTIN:
        raise error
    reason = error.problem if isinstance(error, AlignError) else one_line(error)
    problem = judged(origin, Problem(f"{what} fails: {reason}", origin.way_out, error))
    told = f"{origin}: {problem.reason}. {problem.fix}"
    if is_strict():
        raise AlignError(told, hint=f"({STRICT} is set)") from error
    if told not in found.failed:
        found.failed.add(told)
        logger.warning(told)


def is_strict() -> bool:
    """Whether problems of plugins are errors."""
    return os.environ.get(STRICT, "").lower() not in ("", "0", "false", "no")


def selected() -> list[str] | None:
    """Names of the plugins to load, or None for all that are installed."""
    names = os.environ.get(SELECT)
    return None if names is None else [name.strip() for name in names.split(",") if name.strip()]


def load(origins: Sequence[Origin], names: Iterable[str] | None = None) -> Loaded:
    """Load plugins.

    Args:
        origins: the package's own first, which is always loaded.
        names: of the others to load, by entry point or distribution; None for all.
    """
    wanted = None if names is None else set(names)
    taken = [o for o in origins if o is BUILTIN or wanted is None or wanted & {o.name, o.distribution}]
    unselected = tuple(Plugin(origin, kept=False) for origin in origins if origin not in taken)
    with printed_apart() as printed:
        plugins = tuple(draft(origin, printed) for origin in taken)
    _refuse_own_problem(plugins)
    leave_out_dangling(plugins)
    leave_out_clashing(plugins, BUILTIN)
    leave_out_dangling(plugins)
    registry = Registry()
    for plugin in plugins:
        registry.add(plugin.added)
        if plugin.problem and not plugin.kept:
            plugin.problem = judged(plugin.origin, plugin.problem)
    known = {name for origin in origins for name in (origin.name, origin.distribution)}
    return Loaded(plugins, registry, unselected, tuple(sorted((wanted or set()) - known)))


def _refuse_own_problem(plugins: Iterable[Plugin]) -> None:
    for plugin in plugins:
        if plugin.origin is BUILTIN and plugin.problem:
            raise AlignError(plugin.problem.reason) from plugin.problem.error


def installed() -> list[Origin]:
    """Plugins of all installed packages, in order of their names."""
    found = [_origin(point) for point in entry_points(group=GROUP)]
    return sorted(found, key=lambda origin: (origin.name, origin.distribution, origin.value))


def _origin(point: EntryPoint) -> Origin:
    """Where an entry point comes from; for a package that was half removed, by the name of its module."""
    name, version, requires = "", "", ()
    if point.dist is not None:
        with suppress(Exception):
            metadata = point.dist.metadata
            name, version = metadata["Name"], metadata["Version"]
            requires = tuple(metadata.get_all("Requires-Dist") or ())
    package = name or module_of(point.value)
    return Origin(point.name, package, version or "?", point.load, point.value, requires)


BUILTIN = Origin(
    "align_tasks", "align-tasks", __version__, lambda: import_module("align_tasks.plugins.builtin")
)
