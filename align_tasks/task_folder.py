"""The task files that lm-eval reads: those of the package, those of plugins, and a task for each culture.

Plain `lm_eval` finds the files that a wheel puts into ``lm_eval/tasks`` (see docs/design.md). `align eval`,
and ``lm_eval --include_path "$(align tasks path)"``, read one folder with the tasks of all that is installed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import yaml

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.paths import cache_dir
from align_tasks.reference import resolve
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet

INSTALLED = "../align_tasks"  # from a plugin's folder beside ours in lm_eval/tasks


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


def offered_files(offer: TaskOffer, cultures: Iterable[Culture]) -> dict[str, str]:
    """Task files of one offer, by file name."""
    if isinstance(offer, TaskFolder):
        return {f"{name}.yaml": _yaml({"include": str(path)}) for name, path in offer.files().items()}
    if isinstance(offer, CultureTask):
        return culture_files(offer, cultures, str(offer.template.resolve()))
    return tension_files(offer, str(tension_template().resolve()))


def tension_template() -> Path:
    """What the tasks of a tension set include."""
    return own_folder() / "_tension"


def culture_files(offer: CultureTask, cultures: Iterable[Culture], include: str) -> dict[str, str]:
    """The task files of those cultures that have what the task needs.

    Args:
        include: path of the template, absolute or from the files' own folder.
    """
    applies = resolve(offer.applies) if offer.applies else _always
    return {
        f"{offer.task_name(culture)}.yaml": _task_file(
            offer.template, include, offer.task_name(culture), {"culture": culture.name}
        )
        for culture in cultures
        if applies(culture)
    }


def _always(culture: Culture) -> bool:
    return True


def tension_files(offer: TensionSet, include: str) -> dict[str, str]:
    """The files of a tension set: its group, and a task in the language of each culture."""
    files = {f"{offer.group}.yaml": _group_file(offer)}
    for culture in offer.cultures:
        settings = {"culture": culture, "cultures": list(offer.cultures), "survey": offer.survey}
        name = offer.task_name(culture)
        files[f"{name}.yaml"] = _task_file(tension_template(), include, name, settings)
    return files


def _task_file(template: Path, include: str, name: str, settings: Mapping[str, Any]) -> str:
    """A task that includes a template, of whose arguments lm-eval would keep none beside the task's own."""
    arguments = {**(read_task_file(template).get("dataset_kwargs") or {}), **settings}
    return _yaml({"include": include, "task": name, "dataset_kwargs": arguments})


def _group_file(offer: TensionSet) -> str:
    means = [
        {"metric": f"{culture}_aligned", "aggregation": "mean", "weight_by_size": False}
        for culture in offer.cultures
    ]
    return _yaml(
        {
            "group": offer.group,
            "task": [offer.task_name(culture) for culture in offer.cultures],
            "aggregate_metric_list": means,
            "metadata": {"version": read_task_file(tension_template())["metadata"]["version"]},
        }
    )


def _yaml(content: Mapping[str, Any]) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None))


def read_task_file(file: Path) -> Mapping[str, Any]:
    """Content of a task file, its functions as the text that names them."""
    try:
        found = yaml.load(file.read_text(encoding="utf-8"), _Loader)
    except (OSError, yaml.YAMLError) as error:
        raise AlignError(f"cannot read the task file {file}: {error}") from error
    if not isinstance(found, dict):
        raise AlignError(f"the task file {file} holds no settings")
    return found


class _Loader(yaml.SafeLoader):
    """Reads a task file without importing what it names."""


def _name(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


_Loader.add_constructor("!function", _name)


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
            files |= culture_files(offer, own.get("cultures", ()), f"{INSTALLED}/{offer.template.name}")
    for offer in own.get("tasks", ()):
        if isinstance(offer, TensionSet):
            files |= tension_files(offer, f"{INSTALLED}/_tension")
        elif isinstance(offer, CultureTask):
            cultures = [*ours["cultures"], *own.get("cultures", ())]
            files |= culture_files(offer, cultures, offer.template.name)
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
    if _is_whole(folder, files):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as partial:
            whole, old = Path(partial) / "whole", Path(partial) / "old"
            whole.mkdir()
            for name, content in files.items():
                (whole / name).write_text(content, encoding="utf-8")
            if folder.is_dir():  # from which something was removed
                os.replace(folder, old)
            os.replace(whole, folder)
    except OSError as error:
        if _is_whole(folder, files):  # another process was first
            return folder
        raise AlignError(
            f"cannot write the task files to {folder}: {error.strerror or error}",
            hint="Name a folder that can be written in ALIGN_CACHE.",
        ) from error
    return folder


def _is_whole(folder: Path, names: Iterable[str]) -> bool:
    return all((folder / name).is_file() for name in names)
