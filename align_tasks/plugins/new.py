"""Write a new plugin: a whole package, from the text files in ``skeleton`` and what the plugin is called.

``common``    of every plugin
``task``      a task with metrics of its own
``culture``   a culture as data
``language``  of a culture whose language is new: further files

The files end in ``.txt``, and ``dot-`` begins the names of hidden ones, so that nothing takes them for files
of this project. Words such as ``PLUGIN_NAME`` are replaced in them, and in their names. Lines between
``BEGIN_LANGUAGE`` and ``END_LANGUAGE`` stand only in packages whose language is new.
"""

from __future__ import annotations

import json
import keyword
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

from align_tasks import __version__
from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.plugins.builtin import CULTURE_TASKS
from align_tasks.plugins.loading import BUILTIN, installed, loaded
from align_tasks.plugins.plugin import Origin
from align_tasks.plugins.registry import task_names
from align_tasks.prompts import ENGLISH
from align_tasks.survey.wvs7 import WVS7
from align_tasks.task_folder import INSTALLED, culture_files, tension_files
from align_tasks.tasks.offers import TensionSet

SKELETON = Path(__file__).parent / "skeleton"
COMPARED = "us"
UNTRANSLATED = "[untranslated]"
"""What begins each text of a new language until it is translated: in files, and so in prompts and results."""

_LANGUAGE_LINES = re.compile("^BEGIN_LANGUAGE\n(.*?)^END_LANGUAGE\n", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")


def package_files(name: str, culture: Culture | None = None) -> dict[str, str]:
    """Every file of a new plugin, by its path in the package.

    Args:
        name: of the distribution, such as ``align-korea``.
        culture: what the plugin brings; None for a task of its own.

    Raises:
        AlignError: the name cannot be taken, or the culture or one of the tasks is there already.
    """
    module = module_name(name)
    short = module.removeprefix("align_")
    _refuse_taken(module, short)
    words = {
        "PLUGIN_NAME": name,
        "plugin_module": module,
        "plugin_short": short,
        "PLUGIN_SUMMARY": "A task for align-tasks, with metrics of its own",
        "PLUGIN_DEPENDENCIES": f'"align-tasks{compatible_versions(__version__)}"',
        "TASKS_FOLDER": f"src/{module}/tasks",
    }
    if culture is not None:
        return _culture_package(culture, words)
    _refuse_taken_tasks([f"{short}_quiz"])
    return _filled("common", words) | _filled("task", words)


def module_name(name: str) -> str:
    """The module of a distribution: ``align_korea`` of ``align-korea``.

    Raises:
        AlignError: `name` cannot name a distribution.
    """
    if not _NAME.fullmatch(name):
        raise AlignError(
            f"{name!r} cannot name a package: take up to 40 letters (A to Z), digits, '-', '_' and '.', "
            "a letter first, a letter or digit last, such as align-korea"
        )
    return re.sub("[-_.]+", "_", name).lower()


def compatible_versions(version: str) -> str:
    """A version and those after it that break nothing: ``>=0.1.0,<0.2`` of 0.1.0, ``>=1.4.2,<2`` of 1.4.2."""
    major, minor = map(int, version.split(".")[:2])
    return f">={version},<{major + 1}" if major else f">={version},<0.{minor + 1}"


def language_origin(code: str) -> Origin | None:
    """The plugin that brings a language, which may be align-tasks itself; None where none does."""
    for plugin in loaded().plugins:
        if code in plugin.added_names().get("languages", ()):
            return plugin.origin
    return None


def notes(culture: Culture) -> list[str]:
    """What is to be known of a culture's texts, and what is there already that it will share."""
    told = []
    origin = language_origin(culture.language)
    if origin is None:
        told.append(
            f"The language {culture.language!r} is new: its texts are English, and marked {UNTRANSLATED}, "
            "until you translate them. Until then one test is expected to fail (xfailed)."
        )
    else:
        told.append(f"The language {culture.language!r} is there already: texts of the {origin} are used.")
    for known in loaded().registry.cultures.values():
        if known.country == culture.country:
            told.append(f"The country {culture.country} is also that of the culture {known.name!r}.")
    return told


def write_package(files: Mapping[str, str], folder: Path) -> None:
    """Write files to a folder that is not there yet, or is empty; it appears whole or not at all.

    Raises:
        AlignError: something is there already, or it cannot be written.
    """
    try:
        if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
            raise AlignError(
                f"{folder} is there already, and is no empty folder: nothing was written",
                hint="Take another name, or another place with --output.",
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as partial:
            whole = Path(partial) / folder.name
            for name, text in files.items():
                file = whole / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            os.replace(whole, folder)
    except OSError as error:
        raise AlignError(f"cannot write {folder}: {error.strerror or error}") from error


def _culture_package(culture: Culture, words: dict[str, str]) -> dict[str, str]:
    origin = language_origin(culture.language)
    _refuse_known_culture(culture)
    _refuse_language_without_questions(culture.language, origin)
    tasks = _task_files(culture)
    _refuse_taken_tasks(name.removesuffix(".yaml") for name in tasks)
    words = words | {
        "CULTURE_NAME": culture.name,
        "LANGUAGE_CODE": culture.language,
        "COUNTRY_CODE": culture.country,
        "TEXT_MARK": UNTRANSLATED,
        "PLUGIN_SUMMARY": f"The culture {culture.name} ({culture.country}) for align-tasks",
        "TASKS_FOLDER": "tasks",
    }
    if origin is not None and origin is not BUILTIN:
        words["PLUGIN_DEPENDENCIES"] += f', "{origin.distribution}"'
    files = _filled("common", words) | _filled("culture", words, new_language=origin is None)
    if origin is None:
        files |= _filled("language", words)
        files |= _texts_to_translate(f"src/{words['plugin_module']}/data", culture.language)
    return files | {f"tasks/{name}": text for name, text in tasks.items()}


def _filled(layer: str, words: Mapping[str, str], *, new_language: bool = False) -> dict[str, str]:
    """The files of one folder of the skeleton, by path, with words replaced.

    Args:
        new_language: keep the lines that are for a new language.
    """
    pattern = re.compile("|".join(words))

    def fill(text: str) -> str:
        chosen = _LANGUAGE_LINES.sub(r"\1" if new_language else "", text)
        return pattern.sub(lambda found: words[found[0]], chosen)

    files = {}
    for path in sorted((SKELETON / layer).rglob("*.txt")):
        name = path.relative_to(SKELETON / layer).as_posix().removesuffix(".txt").replace("dot-", ".")
        files[fill(name)] = fill(path.read_text(encoding="utf-8"))
    return files


def _task_files(culture: Culture) -> dict[str, str]:
    """The task files of a culture with norms and questions, and of its tension set, as a wheel has them."""
    files = tension_files(TensionSet((culture.name, COMPARED)), f"{INSTALLED}/_tension")
    for offer in CULTURE_TASKS:
        every = replace(offer, applies=lambda _: True)
        files |= culture_files(every, [culture], f"{INSTALLED}/{offer.template.name}")
    return files


def _texts_to_translate(folder: str, language: str) -> dict[str, str]:
    """The prompts, and the questions of the World Values Survey, in English, each text of words marked."""
    prompts = {field: _marked(text) for field, text in asdict(ENGLISH).items()}
    questions = {
        item: {"question": _marked(text.question), "options": [_marked(option) for option in text.options]}
        for item, text in WVS7.questions("en").items()
    }
    texts = {"prompts": prompts, "questions": questions}
    return {
        f"{folder}/{name}.{language}.json": json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        for name, content in texts.items()
    }


def _marked(text: str) -> str:
    return f"{UNTRANSLATED} {text}" if any(map(str.isalpha, text)) else text


def _refuse_taken(module: str, short: str) -> None:
    if keyword.iskeyword(module) or not short[:1].isalpha():
        raise AlignError(
            f"Python or lm-eval cannot name a module {module!r} or a task {short!r}: take another name"
        )
    for origin in (BUILTIN, *installed()):
        if origin.name == short:
            raise AlignError(f"there is a {origin} already: take another name")
    found = find_spec(module)
    if found is not None and found.origin is not None:  # else it is but a folder, of any content
        raise AlignError(f"there is a module {module!r} already: take another name")


def _refuse_known_culture(culture: Culture) -> None:
    for plugin in loaded().plugins:
        if culture.name in plugin.added_names().get("cultures", ()):
            raise AlignError(f"there is a culture {culture.name!r} already, of the {plugin.origin}")


def _refuse_language_without_questions(code: str, origin: Origin | None) -> None:
    if origin is not None and not WVS7.has_questions(code):
        raise AlignError(
            f"the {origin} brings the language {code!r} without the questions of the {WVS7.title}",
            hint="No other plugin can add them to it: ask its authors to.",
        )


def _refuse_taken_tasks(names: Iterable[str]) -> None:
    registry = loaded().registry
    there = {task for offer in registry.tasks for task in task_names(offer, registry.cultures.values())}
    for name in names:
        if name in there:
            raise AlignError(f"there is a task {name!r} already: take another name")
