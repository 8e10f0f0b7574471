"""Evaluate a model, with or without an adapter, through lm-eval, and write lm-eval's own files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from align_tasks.adapters.check import adapter_weights, examine, examine_loaded
from align_tasks.adapters.record import ADAPTER_WEIGHTS, read_record
from align_tasks.errors import DETAILS, AlignError, one_line
from align_tasks.task_folder import task_folder


@dataclass(frozen=True)
class Settings:
    """How to evaluate, in lm-eval's own terms.

    Attributes:
        tasks: names of tasks or groups.
        limit: rows of each task, or None for all.
        batch_size: a number, or ``auto``.
        num_fewshot: worked examples from training cues; survey tasks always have none.
        apply_chat_template: ask in the model's chat format.
        model_args: further arguments of lm-eval's model, such as ``dtype``.
        metadata: choices of the tasks, such as ``{"norms": "demo"}``.
        backend: lm-eval's name of the model class.
        device: torch device; None takes a GPU where there is one.
    """

    tasks: Sequence[str]
    limit: int | None = None
    batch_size: str = "8"
    num_fewshot: int | None = None
    apply_chat_template: bool = False
    model_args: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    backend: str = "hf"
    device: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """What lm-eval found, and the files that hold it."""

    results: dict[str, Any]
    results_file: Path
    samples_files: list[Path]


def task_manager(metadata: Mapping[str, Any] | None = None) -> Any:
    """lm-eval's task manager over the tasks of the package and of plugins only: it starts at once."""
    from lm_eval.tasks import TaskManager

    return TaskManager(include_path=str(task_folder()), include_defaults=False, metadata=dict(metadata or {}))


def check_tasks(names: Sequence[str], manager: Any) -> None:
    """Refuse task names that we do not have, before a model is loaded.

    Raises:
        AlignError: names the unknown ones and all that there are.
    """
    unknown = [name for name in names if name not in manager.all_tasks]
    if unknown:
        close = [name for one in unknown for name in get_close_matches(one, manager.all_tasks, n=2)]
        meant = f"Did you mean: {', '.join(dict.fromkeys(close))}? " if close else ""
        raise AlignError(
            f"unknown tasks: {', '.join(unknown)}",
            hint=f"{meant}`align tasks` lists them, `align plugins` what is left out. "
            f"Tasks: {', '.join(sorted(manager.all_tasks))}",
        )


def evaluate(model: str, adapter: str | None, output: Path, settings: Settings) -> Evaluation | None:
    """Evaluate one model, or one model with one adapter.

    Args:
        model: folder or hub name of the base model.
        adapter: folder of a PEFT adapter, or None for the base model alone.
        output: folder for the results and samples files, which lm-eval names.
        settings: how to evaluate.

    Returns:
        The evaluation; None on all but the first of several processes, where lm-eval gathers nothing.

    Raises:
        AlignError: a task is unknown, a folder is missing, or the files could not be written.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    weights = {"pretrained": model, **({"peft": adapter} if adapter else {})}
    metadata = {**settings.metadata, **weights}  # as plain lm_eval does: tasks look at what they evaluate
    manager = task_manager(metadata)
    check_tasks(settings.tasks, manager)
    check_model(model, adapter)
    check_writable(output)
    chosen = _chosen(settings.tasks, manager)
    tasks = _own_tasks(manager.load(chosen)["tasks"])
    for task in tasks.values():
        task.check_fewshot(settings.num_fewshot or 0)
    revision = settings.model_args.get("revision")
    examined = examine(model, adapter, apply_chat_template=settings.apply_chat_template, revision=revision)

    from lm_eval import simple_evaluate
    from lm_eval.loggers import EvaluationTracker

    tracker = EvaluationTracker(output_path=str(output))
    try:
        results = simple_evaluate(
            model=settings.backend,
            model_args={**weights, **settings.model_args},
            tasks=chosen,
            num_fewshot=settings.num_fewshot,
            batch_size=settings.batch_size,
            device=settings.device or default_device(),
            limit=settings.limit,
            apply_chat_template=settings.apply_chat_template,
            evaluation_tracker=tracker,
            task_manager=manager,
            log_samples=True,
            metadata=metadata,
        )
    except Exception as error:
        if tracker.general_config_tracker.model_source is None:  # which lm-eval notes once the model is there
            raise _not_loaded(model, adapter, error) from error
        raise
    if results is None:
        return None
    trained_cues = [one for task in tasks.values() for one in task.trained_cues]
    results["align"] = examine_loaded(examined, model, adapter, revision).describe(trained_cues)
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for name in results["configs"]:
        tracker.save_results_samples(task_name=name, samples=samples[name])
    return _written(tracker, results, {name: len(samples[name]) for name in results["configs"]})


def _chosen(names: Sequence[str], manager: Any) -> list[Any]:
    """The tasks and groups of these names, each once; for a tag, the tasks that have it."""
    loaded = manager.load(list(names))
    chosen: dict[str, Any] = {}
    for name in names:
        one = loaded["groups"].get(name) or loaded["tasks"].get(name)
        chosen |= {name: one} if one is not None else manager.load([name])["tasks"]
    return list(chosen.values())


def _own_tasks(tasks: Mapping[str, Any]) -> dict[str, Any]:
    """Those of our class: a plugin may bring any task of lm-eval."""
    from align_tasks.tasks.task import AlignTask

    return {name: task for name, task in tasks.items() if isinstance(task, AlignTask)}


def _not_loaded(model: str, adapter: str | None, error: Exception) -> AlignError:
    what = f"{model!r} with the adapter {adapter!r}" if adapter else repr(model)
    where = "" if Path(model).exists() else "It is no folder here, so the Hugging Face hub was asked. "
    return AlignError(f"cannot load the model {what}: {one_line(error)}", hint=where + DETAILS)


def _written(tracker: Any, results: dict[str, Any], rows: Mapping[str, int]) -> Evaluation:
    """The files that lm-eval wrote; it only warns when it could not write them whole, and we refuse.

    Args:
        rows: how many samples of each task there are to be.
    """
    folder = Path(tracker.output_path) / tracker.general_config_tracker.model_name_sanitized
    stamp = getattr(tracker, "date_id", None)
    results_file = folder / f"results_{stamp}.json"
    samples_files = {folder / f"samples_{name}_{stamp}.jsonl": number for name, number in rows.items()}
    bad = [] if _is_json(results_file) else [results_file]
    bad += [path for path, number in samples_files.items() if _lines(path) != number]
    if bad:
        raise AlignError(
            f"results were computed but not written, or not whole: {', '.join(map(str, bad))}",
            hint="Is the disk full?",
        )
    return Evaluation(results, results_file, list(samples_files))


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _lines(path: Path) -> int:
    """Whole lines of a file; -1 when it is not there."""
    return path.read_bytes().count(b"\n") if path.is_file() else -1


def default_device() -> str:
    """The torch device to use when nobody names one."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def check_model(model: str, adapter: str | None) -> None:
    """Refuse a path that is meant as a model or adapter folder and is none, or whose record is damaged."""
    if model.startswith((".", "/", "~")) or Path(model).exists():
        _check_folder("model", model, "config.json")
        read_record(model)
    if adapter is not None:
        _check_folder("adapter", adapter, "adapter_config.json")
        if adapter_weights(Path(adapter)) is None:
            raise AlignError(f"no adapter in {adapter!r}: its weights are gone: {ADAPTER_WEIGHTS}")
        read_record(adapter)


def _check_folder(kind: str, folder: str, file: str) -> None:
    if not (Path(folder) / file).is_file():
        if kind == "model" and (Path(folder) / "adapter_config.json").is_file():
            raise AlignError(f"{folder!r} holds an adapter", hint="Name the model that it was trained on.")
        why = f"{file} is not there" if Path(folder).is_dir() else "there is no such folder"
        raise AlignError(f"no {kind} in {folder!r}: {why}")


def check_writable(output: Path) -> None:
    """Make the output folder, so that an unwritable one is told before the work and not after it."""
    if output.suffix == ".json":  # which lm-eval would take for a file's name
        raise AlignError(f"the output {output} is to be a folder: take a name without .json")
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe = output / ".align-write-test"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise AlignError(f"cannot write to {output}: {error.strerror}") from error
