"""How to do it again: commands, packages, machines, and what each step took."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from align_tasks.experiments.prepare import COPY
from align_tasks.experiments.step import shown
from align_tasks.reports.evaluated import metadata, part
from align_tasks.reports.experiment import ReadExperiment
from align_tasks.reports.fingerprints import DEMO
from align_tasks.reports.setup import is_folder
from align_tasks.reports.trained import records

_PUBLISHED = "published shares"  # of surveys, which the package carries
_HARDWARE = {
    "processor": re.compile(r"^Model name:\s*(.+)$", re.MULTILINE),
    "processor cores": re.compile(r"^CPU\(s\):\s*(\d+)$", re.MULTILINE),
    "GPUs": re.compile(r"^GPU models and configuration:\s*(.+(?:\nGPU \d+:.*)*)$", re.MULTILINE),
    "system": re.compile(r"^OS:\s*(.+)$", re.MULTILINE),
}
_UNKNOWN = ("Could not collect", "No CUDA", "N/A")


def commands(read: ReadExperiment) -> list[str]:
    """What to type: imports of the data that it rests on, then the experiment."""
    return [*_imports(read), shown(["run", COPY, *_models(read)])]


def packages(read: ReadExperiment) -> dict[str, str]:
    """Versions of the packages that took part, by name; several where steps had others."""
    found: dict[str, dict[str, None]] = {}
    for name, version in _versions(read):
        found.setdefault(name, {})[version] = None
    return {name: ", ".join(versions) for name, versions in sorted(found.items())}


def machines(read: ReadExperiment) -> dict[str, str]:
    """What evaluations ran on, as far as their results tell."""
    found: dict[str, dict[str, None]] = {}
    for content in read.contents:
        told = content.get("pretty_env_info")
        for name, pattern in _HARDWARE.items():
            match = pattern.search(told) if isinstance(told, str) else None
            if match is not None and not match[1].startswith(_UNKNOWN):
                found.setdefault(name, {})[" ".join(match[1].split())] = None
        for name, key in (("device", "device"), ("number format", "model_dtype")):
            value = part(content, "config").get(key)
            if value:
                found.setdefault(name, {})[str(value).removeprefix("torch.")] = None
    return {name: "; ".join(values) for name, values in found.items()}


def _imports(read: ReadExperiment) -> Iterator[str]:
    lines: dict[str, None] = {}
    for content in read.contents:
        for _, told in metadata(content):
            lines |= dict.fromkeys(_imports_of(told))
    for record in records(read.trained):
        lines |= dict.fromkeys(_imports_of({"culture": record.culture, **record.data}))
    yield from lines


def _imports_of(told: Mapping[str, Any]) -> Iterator[str]:
    norms, culture = told.get("norms"), told.get("culture")
    if norms and norms != DEMO:
        yield shown(["data", "import", "swow", str(norms), "--culture", str(culture)])
    for rating in _list(told.get("ratings")):
        language, _, name = str(rating).partition(" ")[0].partition(".")
        yield f"{shown(['data', 'import', 'norms', 'FILE', '--language', language])}  # {name}"
    for answers in _list(told.get("answers")):
        if _PUBLISHED not in str(answers):
            yield f"{shown(['data', 'import', 'wvs', 'FILE'])}  # {answers}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _models(read: ReadExperiment) -> Iterator[str]:
    """Flags for the models that were put in place of the recipe's, and for those that were left out."""
    if read.experiment is None:
        return
    sources = {step.folder.name: step.option("--model") for step in read.plan.of_kind("evaluate").values()}
    asked = [one.models for one in read.experiment.evaluate]
    for name, told in read.experiment.models.items():
        source = sources.get(name)
        if source is None and any(models is None or name in models for models in asked):
            yield from ("--without", name)
        elif source is not None and _is_another(source, told):
            shown_as = f"./{PurePath(source).name}" if is_folder(source) else source
            yield from ("--model", f"{name}={shown_as}")


def _is_another(source: str, told: str) -> bool:
    """Whether a model was put in place of the one that the recipe names, as far as names tell."""
    return is_folder(source) != is_folder(told) or PurePath(source).name != PurePath(told).name


def _versions(read: ReadExperiment) -> Iterator[tuple[str, str]]:
    for record in records(read.trained):
        yield from record.versions.items()
    for content in read.contents:
        for name, key in (("lm_eval", "lm_eval_version"), ("transformers", "transformers_version")):
            if content.get(key):
                yield name, str(content[key])
        for _, told in metadata(content):
            if told.get("align_tasks"):
                yield "align-tasks", str(told["align_tasks"])
            for plugin in _list(told.get("plugins")):
                name, _, version = str(plugin).partition(" ")
                yield name, version
