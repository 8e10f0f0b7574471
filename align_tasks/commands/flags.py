"""The settings of a recipe as flags of a command."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape

from align_tasks.settings import NONE, Kind, Setting, as_text, flag_of

PANEL = "Recipe"
SWITCHES = "Recipe: on or off"  # apart, since the column of the --no-… flags would squeeze all others
_LABELS = {"null": NONE, "boolean": "true|false", "integer": "int", "number": "float", "string": "str"}


def parameters(settings: Iterable[Setting]) -> list[inspect.Parameter]:
    """A parameter for each setting, as typer reads them from a function's signature."""
    return [
        inspect.Parameter(
            setting.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(setting),
            annotation=Annotated[_type(setting), _option(setting)],
        )
        for setting in settings
    ]


def value(setting: Setting, given: Any) -> Any:
    """The value that a flag gives: true or false, a text, or a text for each time that the flag stands there.

    Raises:
        BadParameter: a text is not ``NAME=VALUE`` where it must be, or two have one name.
    """
    if _is_switch(setting):
        return given
    if given in (NONE, [NONE]) and "null" in setting.types:
        return None
    if "object" in setting.types:
        return {} if given == [NONE] else _entries(setting, given)
    is_one = _is_repeatable(setting) and len(given) == 1 and "string" in setting.types
    return given[0] if is_one else given


def _entries(setting: Setting, texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if not name or not equals:
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=f"'{flag_of(setting.name)}'")
        if name in found:
            raise typer.BadParameter(f"{name} is there twice", param_hint=f"'{flag_of(setting.name)}'")
        found[name] = amount
    return found


def _is_switch(setting: Setting) -> bool:
    return setting.types == {"boolean"}


def _is_repeatable(setting: Setting) -> bool:
    return not setting.types.isdisjoint(("array", "object"))


def _type(setting: Setting) -> Any:
    if _is_switch(setting):
        return bool | None
    return list[str] | None if _is_repeatable(setting) else str | None


def _option(setting: Setting) -> Any:
    flag = flag_of(setting.name)
    about = escape(setting.description)
    if _is_switch(setting):
        return typer.Option(f"{flag}/--no-{flag[2:]}", help=about, rich_help_panel=SWITCHES)
    label = "|".join(dict.fromkeys(_label(kind) for kind in setting.kinds))
    return typer.Option(flag, metavar=f"<{label}>", help=about, rich_help_panel=PANEL)


def _label(kind: Kind) -> str:
    if kind.choices:
        return "|".join(map(as_text, kind.choices))
    each = "|".join(map(_label, kind.each)) or "value"
    return {"object": f"name={each}", "array": each}.get(kind.type) or _LABELS.get(kind.type, "value")


def _default(setting: Setting) -> Any:
    """The default as the flag would give it; None where there is none."""
    default = setting.default
    if _is_switch(setting) or default is None:
        return NONE if "null" in setting.types and not _is_repeatable(setting) else default
    if isinstance(default, Mapping):
        return [f"{name}={as_text(one)}" for name, one in default.items()]
    if _is_repeatable(setting):
        return list(map(as_text, default)) if isinstance(default, list) else [as_text(default)]
    return as_text(default)
