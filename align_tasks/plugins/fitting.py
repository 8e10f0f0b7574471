"""Whether a plugin and the installed align-tasks are made for each other, asked once something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING

from align_tasks import __version__
from align_tasks import plugins as contract
from align_tasks.plugins.plugin import Origin, Problem

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_MODULE = "align_tasks"
_CALL = re.compile(r"(\w+)(?:\.__init__)?\(\) (?:got|takes|missing) ")  # that does not fit what it calls


def judged(origin: Origin, problem: Problem) -> Problem:
    """The problem of a plugin; where versions that do not fit are behind it, they are told first."""
    excluding = next(_excluding(origin), None)
    if excluding is not None:
        versions = ",".join(sorted(map(str, excluding), reverse=True))  # '>=0.1' before '<0.2'
        reason = f"it is made for align-tasks {versions}, and {__version__} is installed"
        fix = _fix(origin, versions if _is_newer(excluding) else None)
    elif _lacks_ours(problem.error):
        reason, fix = f"it and align-tasks {__version__} do not fit together", update_both(origin)
    else:
        return problem
    return Problem(f"{reason}: {problem.reason}", fix, problem.error)


def update_both(origin: Origin) -> str:
    """What helps where either side may be the older one."""
    command = f"pip install --upgrade align-tasks {origin.distribution}"
    return f"Update both ({command}), or take the plugin out: pip uninstall {origin.distribution}"


def _fix(origin: Origin, newer: str | None) -> str:
    if newer is None:
        update = f"Update the plugin (pip install --upgrade {origin.distribution}), or take it out"
    else:
        update = f"Update align-tasks (pip install --upgrade 'align-tasks{newer}'), or take the plugin out"
    return f"{update}: pip uninstall {origin.distribution}"


def _excluding(origin: Origin) -> Iterator[SpecifierSet]:
    """Versions of align-tasks that the plugin's metadata ask for, if the installed one is not among them."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    for line in origin.requires:
        with suppress(Exception):  # whatever stands in the metadata
            asked = Requirement(line)
            is_meant = canonicalize_name(asked.name) == "align-tasks"
            is_in_force = asked.marker is None or asked.marker.evaluate({"extra": ""})
            fits = asked.specifier.contains(__version__, prereleases=True)
            if is_meant and is_in_force and not fits:
                yield asked.specifier


def _is_newer(versions: SpecifierSet) -> bool:
    """Whether they begin after the installed version, which they exclude."""
    from packaging.version import Version

    least = [bound.version for bound in versions if bound.operator in ("~=", ">=", ">", "==")]
    return any(Version(version.removesuffix(".*")) >= Version(__version__) for version in least)


def _lacks_ours(error: BaseException | None) -> bool:
    """Whether it tells of a module, a name or a parameter that align-tasks itself does not have."""
    if isinstance(error, ImportError):
        return _is_ours(error.name)
    if isinstance(error, AttributeError):
        owner = error.obj if isinstance(error.obj, ModuleType | type) else type(error.obj)
        return _is_ours(owner.__name__ if isinstance(owner, ModuleType) else owner.__module__)
    called = _CALL.match(str(error)) if isinstance(error, TypeError) else None
    return called is not None and called[1] in contract.__all__


def _is_ours(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] == _MODULE
