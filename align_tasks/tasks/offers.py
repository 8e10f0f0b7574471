"""What a plugin offers lm-eval: a folder of task files, a task for every culture, or a tension set of two."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TypeAlias

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.reference import Function

_NAMED = re.compile(r"""^(?:task|group): *(["']?)([\w.+-]+)\1 *(?:#.*)?$""", re.MULTILINE)


@dataclass(frozen=True)
class TaskFolder:
    """A folder of lm-eval task files (YAML, with the Python files and templates that they name).

    Attributes:
        path: the folder, which no other package may write to.
    """

    path: Path

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise AlignError(f"there is no folder of task files {self.path}")

    def task_names(self) -> list[str]:
        """Tasks and groups that its files define."""
        return [name for file in self._files() for name in _names_in(file)]

    def files(self) -> dict[str, Path]:
        """Its files, each under the first task or group that it defines; without those that define none."""
        return {names[0]: file.resolve() for file in self._files() if (names := _names_in(file))}

    def _files(self) -> list[Path]:
        return sorted(self.path.rglob("*.yaml"))


def _names_in(file: Path) -> list[str]:
    return [name for _, name in _NAMED.findall(file.read_text(encoding="utf-8-sig"))]


@dataclass(frozen=True)
class CultureTask:
    """A task that each culture gets, those of other plugins too.

    Attributes:
        name: with ``{culture}`` in it, such as ``swow_{culture}_rank``.
        template: task file without name and culture, which the tasks include; its ``custom_dataset`` gets the
            culture's name as ``culture`` beside the template's own ``dataset_kwargs``. Its
            ``metadata: {version: …}`` is the version of the tasks.
        applies: takes a `Culture`; whether it has what the task needs. None: every culture has.
    """

    name: str
    template: Path
    _: KW_ONLY
    applies: Function | None = None

    def __post_init__(self) -> None:
        if "{culture}" not in self.name or set("{}") & set(self.name.replace("{culture}", "")):
            raise AlignError(f"the task name {self.name!r} must hold {{culture}} and no other braces")
        if not self.template.is_file():
            raise AlignError(f"there is no task file {self.template}")

    def task_name(self, culture: Culture) -> str:
        """Name of the task for one culture."""
        return self.name.format(culture=culture.name)


@dataclass(frozen=True)
class TensionSet:
    """The survey items on which two cultures differ most, asked in the language of each: two tasks, a group.

    Attributes:
        cultures: names of both.
        name: of the group; by default ``wvs_tension_`` (of another survey, its name) and both cultures.
        survey: where the items are from.
    """

    cultures: tuple[str, str]
    _: KW_ONLY
    name: str = ""
    survey: str = "wvs7"

    def __post_init__(self) -> None:
        if len(self.cultures) != 2 or len(set(self.cultures)) != 2:
            raise AlignError(f"a tension set compares two cultures, not {', '.join(self.cultures)}")
        if not re.fullmatch(r"\w*", self.name):
            raise AlignError(f"{self.name!r} cannot name a group of tasks: take letters, digits and '_'")

    @property
    def group(self) -> str:
        """Name of the group."""
        survey = "wvs" if self.survey == "wvs7" else self.survey
        return self.name or f"{survey}_tension_{'_'.join(self.cultures)}"

    def task_name(self, culture: str) -> str:
        """Name of the task that asks in the language of one of the two."""
        return f"{self.group}_{culture}"


TaskOffer: TypeAlias = TaskFolder | CultureTask | TensionSet
