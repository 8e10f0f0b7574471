"""One installed plugin: where it comes from, what it registered, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from align_tasks.plugins.registry import KINDS
from align_tasks.tasks.offers import TaskFolder


@dataclass(frozen=True)
class Origin:
    """Where a plugin comes from.

    Attributes:
        name: of its entry point.
        distribution: the package that pip installed.
        version: of that package.
        load: imports it.
        value: what the entry point names, such as ``align_japan``.
        requires: what its package depends on, as its metadata have it, such as ``align-tasks>=0.1,<0.2``.
    """

    name: str
    distribution: str
    version: str
    load: Callable[[], Any]
    value: str = ""
    requires: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"plugin {self.name!r} ({self.distribution} {self.version})"

    @property
    def way_out(self) -> str:
        """What helps against any problem of a plugin."""
        return f"Update it, or take it out: pip uninstall {self.distribution}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a plugin, what to do about it, and the error behind it."""

    reason: str
    fix: str
    error: BaseException | None = None


@dataclass
class Plugin:
    """A plugin after loading, or one that was not selected.

    Attributes:
        origin: where it comes from.
        hooks: names of the hooks that it implements.
        added: what it registered, by kind; nothing when it was left out.
        problem: why it was left out, or, with `kept`, what is wrong all the same.
        kept: whether what it registered is in use.
    """

    origin: Origin
    hooks: list[str] = field(default_factory=list)
    added: dict[str, list[Any]] = field(default_factory=dict)
    problem: Problem | None = None
    kept: bool = True

    def leave_out(self, problem: Problem) -> None:
        """Take back all that it registered."""
        self.problem, self.kept, self.added = problem, False, {}

    @property
    def status(self) -> str:
        """``loaded``, ``loaded, with a warning``, ``left out``, or ``not selected``."""
        if not self.kept:
            return "left out" if self.problem else "not selected"
        return "loaded, with a warning" if self.problem else "loaded"

    def added_names(self) -> dict[str, list[str]]:
        """Names of what it registered, each once, by kind."""
        return {
            kind: list(dict.fromkeys(name for one in objects for name in _names(kind, one)))
            for kind, objects in self.added.items()
        }

    def told(self) -> str:
        """The problem in one line, for a warning."""
        assert self.problem is not None
        effect = "works, but" if self.kept else "is left out:"
        return f"{self.origin} {effect} {self.problem.reason}. {self.problem.fix}"


def module_of(value: str) -> str:
    """The top module of what an entry point names: ``align_japan`` of ``align_japan.hooks:plugin``."""
    return value.partition(":")[0].partition(".")[0].strip()


def _names(kind: str, one: Any) -> list[str]:
    return one.task_names() if isinstance(one, TaskFolder) else [KINDS[kind].name(one)]
