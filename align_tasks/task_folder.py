"""The task files that lm-eval reads: those of the package, those of plugins, and a task for each culture.

Plain `lm_eval` finds the files that a wheel puts into ``lm_eval/tasks`` (see docs/design.md). `align eval`,
and ``lm_eval --include_path "$(align tasks path)"``, read one folder with the tasks of all that is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.paths import cache_dir
from align_tasks.tasks.offers import CultureTask, TaskFolder, TensionSet

VERSION = "1.0"
INSTALLED = "../align_tasks"  # from a plugin's folder beside ours in lm_eval/tasks
_NO_TEXTS = ("false", "no", "null", "off", "on", "true", "yes")


def own_folder() -> Path:
    """The package's own task files: beside it in a checkout, inside lm-eval once installed.

    Raises:
        AlignError: the installation has lost them.
    """
    checkout = Path(__file__).parents[1] / "task_yaml"
    if checkout.is_dir():
        return checkout
    with suppress(PackageNotFoundError):
        installed = Path(str(distribution("align-tasks").locate_file("lm_eval/tasks/align_tasks")))
        if installed.is_dir():
            return installed
    raise AlignError(
        "the task files are not installed", hint="Reinstall: pip install --force-reinstall align-tasks"
    )


def task_folder() -> Path:
    """A folder with a file for every task of the package and of plugins, made when something changed.

    Raises:
        AlignError: it cannot be written.
    """
    from align_tasks.plugins.loading import registry, tell_failure

    known = registry()
    files: dict[str, str] = {}
    for offer in known.tasks:
        try:
            files |= offered_files(offer, known.cultures.values())
        except Exception as error:
            tell_failure(offer, "one of its tasks", error)
    return _written(files)


def offered_files(
    offer: TaskFolder | CultureTask | TensionSet, cultures: Iterable[Culture]
) -> dict[str, str]:
    """Task files of one offer, by file name."""
    if isinstance(offer, TaskFolder):
        return {f"{name}.yaml": f"include: {path.resolve()}\n" for name, path in offer.files().items()}
    if isinstance(offer, CultureTask):
        return _culture_files(offer, cultures, str(offer.template.resolve()))
    return tension_files(offer, str((own_folder() / "_tension").resolve()))


def _culture_files(offer: CultureTask, cultures: Iterable[Culture], include: str) -> dict[str, str]:
    return {
        f"{offer.task_name(culture)}.yaml": culture_file(offer, culture.name, include)
        for culture in cultures
        if offer.applies(culture)
    }


def culture_file(offer: CultureTask, culture: str, include: str) -> str:
    """The task file of one culture.

    Args:
        include: path of the template, absolute or from the file's own folder.
    """
    name = offer.name.format(culture=culture)
    return _task_file(include, name, [f"culture: {_text(culture)}"])


def tension_files(offer: TensionSet, include: str) -> dict[str, str]:
    """The files of a tension set: its group, and a task in the language of each culture."""
    both = ", ".join(map(_text, offer.cultures))
    files = {f"{offer.group}.yaml": _group_file(offer)}
    for culture in offer.cultures:
        settings = [f"culture: {_text(culture)}", f"cultures: [{both}]", f"survey: {offer.survey}"]
        name = offer.task_name(culture)
        files[f"{name}.yaml"] = _task_file(include, name, settings)
    return files


def _text(name: str) -> str:
    """A culture's name in YAML, which takes some words for true, false or nothing: `no`, for one."""
    return f'"{name}"' if name in _NO_TEXTS else name


def _task_file(include: str, name: str, settings: Iterable[str]) -> str:
    lines = [f"include: {include}", f"task: {name}", "dataset_kwargs:"]
    lines += [f"  {setting}" for setting in settings]
    return "\n".join([*lines, "metadata:", f"  version: {VERSION}", ""])


def _group_file(offer: TensionSet) -> str:
    lines = [f"group: {offer.group}", "task:"]
    lines += [f"  - {offer.task_name(culture)}" for culture in offer.cultures]
    lines.append("aggregate_metric_list:")
    for culture in offer.cultures:
        lines += [f"  - metric: {culture}_aligned", "    aggregation: mean", "    weight_by_size: false"]
    return "\n".join([*lines, "metadata:", f"  version: {VERSION}", ""])


def write_plugin_files(name: str, folder: Path) -> list[str]:
    """Write the task files that follow from what a plugin registers, for a wheel that puts them beside ours.

    They are those of its cultures and tension sets, and of its own tasks for every culture: for its cultures
    and those of the package, since a wheel cannot know of others.

    Args:
        name: of the installed plugin.
        folder: where to write them, for its own tasks that of their template; its other files stay.

    Returns:
        Names of the files.

    Raises:
        AlignError: no such plugin is in use, or nothing of it needs a file.
    """
    from align_tasks.plugins.loading import loaded

    found = loaded()
    added = {plugin.origin.name: plugin.added for plugin in found.plugins if plugin.kept}
    if name not in added:
        raise AlignError(f"no plugin {name!r} is in use", hint=f"There are: {', '.join(added)}")
    own, ours = added[name], added["align_tasks"]
    files: dict[str, str] = {}
    for offer in ours["tasks"]:
        if isinstance(offer, CultureTask):
            files |= _culture_files(offer, own.get("cultures", ()), f"{INSTALLED}/{offer.template.name}")
    for offer in own.get("tasks", ()):
        if isinstance(offer, TensionSet):
            files |= tension_files(offer, f"{INSTALLED}/_tension")
        elif isinstance(offer, CultureTask):
            cultures = [*ours["cultures"], *own.get("cultures", ())]
            files |= _culture_files(offer, cultures, offer.template.name)
    if not files:
        raise AlignError(f"the plugin {name!r} has no culture, no tension set and no task for every culture")
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    return sorted(files)


def _written(files: Mapping[str, str]) -> Path:
    """The folder of these files, which appears whole; the same files are always in the same folder."""
    text = "".join(f"{name}\n{content}" for name, content in sorted(files.items()))
    folder = cache_dir() / "tasks" / hashlib.sha256(text.encode()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
        partial.chmod(0o755)
        try:
            for name, content in files.items():
                (partial / name).write_text(content, encoding="utf-8")
            os.replace(partial, folder)
        except OSError:
            if not folder.is_dir():  # another process was first
                raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise AlignError(
            f"cannot write the task files to {folder}: {error.strerror or error}",
            hint="Name a folder that can be written in ALIGN_CACHE.",
        ) from error
    return folder
