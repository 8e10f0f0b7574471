"""Ask one plugin what it registers, and keep to ourselves whatever goes wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from pluggy import PluginManager, PluginValidationError

from align_tasks import hookspecs
from align_tasks.errors import AlignError, one_line
from align_tasks.plugins.fitting import update_both
from align_tasks.plugins.plugin import Origin, Plugin, Problem, module_of
from align_tasks.plugins.registry import KINDS

PROJECT = "align_tasks"
_UNKNOWN_HOOK = re.compile(r"unknown hook '(\w+)'")
_DEFINITION = re.compile(r"hookimpl definition: ((\w+)\(.*)")


def draft(origin: Origin, printed: Callable[[], str]) -> Plugin:
    """Import a plugin and call its hooks; on any failure it is left out with all that it registered.

    Args:
        origin: where it comes from.
        printed: gives what was printed since its last call.
    """
    plugin = Plugin(origin)
    problem = _import_and_call(plugin)
    lines = printed().strip().splitlines()
    if problem is not None:
        plugin.leave_out(problem)
    elif lines:
        reason = f"it prints when it is loaded: {lines[0]!r}"
        plugin.problem = Problem(reason, "Tell its authors to take the print out.")
    return plugin


def _import_and_call(plugin: Plugin) -> Problem | None:
    origin = plugin.origin
    try:
        module = origin.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a plugin does not end the command
        return _import_problem(origin, error)
    manager = PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, name=origin.name)
        manager.check_pending()
    except PluginValidationError as error:
        return _hook_problem(origin, error)
    except Exception as error:
        return Problem(f"its hooks cannot be read: {_reason(error)}", origin.way_out, error)
    plugin.hooks = [f"register_{kind}" for kind in KINDS if _implements(manager, kind)]
    if not plugin.hooks:
        return Problem("it implements no hook", f"Mark its hooks with @hookimpl. {origin.way_out}")
    for kind in KINDS:
        plugin.added[kind] = []
        try:
            getattr(manager.hook, f"register_{kind}")(register=_collector(kind, plugin.added[kind]))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            reason = f"its hook register_{kind} failed: {_reason(error)}"
            return Problem(reason, origin.way_out, error)
    plugin.added = {kind: objects for kind, objects in plugin.added.items() if objects}
    return None


def _implements(manager: PluginManager, kind: str) -> bool:
    return bool(getattr(manager.hook, f"register_{kind}").get_hookimpls())


def _collector(kind: str, objects: list[Any]) -> Callable[[Any], None]:
    """The `register` of a hook, which takes objects of its kind and nothing else."""

    def register(one: Any) -> None:
        if not isinstance(one, KINDS[kind].types):
            wanted = " or ".join(known.__name__ for known in KINDS[kind].types)
            raise TypeError(f"it registers {type(one).__name__} {one!r}, not {wanted}")
        name = KINDS[kind].name(one)
        if not isinstance(name, str) or not name:
            raise TypeError(f"it registers {type(one).__name__} whose name is {name!r}, no text")
        if name in map(KINDS[kind].name, objects):
            raise ValueError(f"it registers {name!r} twice")
        objects.append(one)

    return register


def _import_problem(origin: Origin, error: BaseException) -> Problem:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(origin, error, error.name)
    if isinstance(error, SyntaxError):
        where = f"{error.filename}, line {error.lineno}: " if error.filename else ""
        return Problem(f"it has a syntax error: {where}{error.msg}", origin.way_out, error)
    if isinstance(error, SystemExit):
        return Problem(f"it ends Python when it is imported ({_reason(error)})", origin.way_out, error)
    return Problem(f"it cannot be imported: {_reason(error)}", origin.way_out, error)


def _missing_module(origin: Origin, error: BaseException, missing: str) -> Problem:
    package, distribution = missing.partition(".")[0], origin.distribution
    if package == module_of(origin.value):
        fix = f"Install it again (pip install --force-reinstall {distribution}), or take it out: "
        return Problem(f"its module {missing!r} is not there", f"{fix}pip uninstall {distribution}", error)
    fix = f"Install the package that has it, or take the plugin out: pip uninstall {distribution}"
    return Problem(f"it needs the module {missing!r}, which is not installed", fix, error)


def _hook_problem(origin: Origin, error: PluginValidationError) -> Problem:
    """A hook that there is not, or one that takes something else, told in our words as far as they go."""
    text = str(error)
    if unknown := _UNKNOWN_HOOK.search(text):
        close = get_close_matches(unknown[1].removeprefix("register_"), KINDS, n=1, cutoff=0.8)
        if close:
            fix = f"Is register_{close[0]} meant? {origin.way_out}"
        else:
            known = ", ".join(f"register_{kind}" for kind in KINDS)
            fix = f"Hooks: {known}. {update_both(origin)}"
        return Problem(f"there is no hook {unknown[1]}", fix, error)
    if definition := _DEFINITION.search(text):
        reason = f"its hook {definition[1]} must be {definition[2]}(register)"
        return Problem(reason, origin.way_out, error)
    return Problem(f"a hook is not as align_tasks calls it: {_one_line(text)}", origin.way_out, error)


def _reason(error: BaseException) -> str:
    if not isinstance(error, AlignError):
        return one_line(error)
    hint = f" ({error.hint.rstrip('.')})" if error.hint else ""
    return _one_line(f"{error.problem}{hint}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
