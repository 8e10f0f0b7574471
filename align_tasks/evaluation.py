"""Evaluate a model and its adapters through lm-eval, and write lm-eval's own files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from align_tasks.adapters.check import Evaluated, adapter_weights, examine, examine_loaded
from align_tasks.adapters.identity import model_folder
from align_tasks.adapters.record import ADAPTER_WEIGHTS, read_record
from align_tasks.backends.answers import AnswerStore, store_of
from align_tasks.backends.loading import SHARED, Backend, each_loaded, weights_of
from align_tasks.errors import AlignError
from align_tasks.results_files import check_writable, write_results
from align_tasks.task_folder import task_folder


@dataclass(frozen=True)
class Settings:
    """How to evaluate, in lm-eval's own terms.

    Attributes:
        tasks: names of tasks or groups.
        limit: rows of each task, or None for all.
        batch_size: a number, or ``auto``; None for what suits the backend.
        num_fewshot: worked examples from training cues; survey tasks always have none.
        apply_chat_template: ask in the model's chat format.
        model_args: further arguments of lm-eval's model, such as ``dtype``.
        metadata: choices of the tasks, such as ``{"norms": "demo"}``.
        backend: lm-eval's name of the model class, or `align_tasks.backends.loading.SHARED`.
        device: torch device; None takes a GPU where there is one.
        keep_answers: keep each answer as it comes, and take those that are kept.
    """

    tasks: Sequence[str]
    limit: int | None = None
    batch_size: str | None = None
    num_fewshot: int | None = None
    apply_chat_template: bool = False
    model_args: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    backend: str = SHARED
    device: str | None = None
    keep_answers: bool = True


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
    """Evaluate one model, or one model with one adapter; see `evaluate_each`."""
    return next(evaluate_each(model, [adapter], output, settings), None)


def evaluate_each(
    model: str, adapters: Sequence[str | None], output: Path, settings: Settings
) -> Iterator[Evaluation]:
    """Evaluate a model with each of some adapters, one after the other.

    Args:
        model: folder or hub name of the base model.
        adapters: folders of PEFT adapters; None for the base model alone.
        output: folder for the results and samples files, which lm-eval names.
        settings: how to evaluate.

    Yields:
        The evaluations, in order; none on all but the first of several processes, where lm-eval gathers
        nothing.

    Raises:
        AlignError: a task is unknown, a folder is missing, a model cannot be loaded, or the files could not
            be written. What was evaluated before is kept.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    check_tasks(settings.tasks, task_manager())
    for adapter in adapters:
        check_model(model, adapter)
    check_writable(output)
    planned = [_planned(model, adapter, settings) for adapter in adapters]
    device = settings.device or default_device()
    backend = Backend(settings.backend, settings.model_args, settings.batch_size, device)
    models = each_loaded(backend, model, adapters)
    for plan in planned:
        evaluation = _evaluated(plan, next(models), output, settings, device)
        if evaluation is not None:
            yield evaluation


@dataclass(frozen=True)
class _Plan:
    """One model, with or without an adapter, and what it is to be asked."""

    model: str
    adapter: str | None
    chosen: list[Any]
    own: dict[str, Any]
    manager: Any
    metadata: dict[str, Any]
    examined: Evaluated


def _planned(model: str, adapter: str | None, settings: Settings) -> _Plan:
    """Load the tasks, which look at what they evaluate, and check all that needs no model."""
    metadata = {**settings.metadata, **weights_of(model, adapter)}  # as plain lm_eval does
    manager = task_manager(metadata)
    chosen = _chosen(settings.tasks, manager)
    own = _own_tasks(manager.load(chosen)["tasks"])
    for task in own.values():
        task.check_fewshot(settings.num_fewshot or 0)
    revision = settings.model_args.get("revision")
    examined = examine(model, adapter, apply_chat_template=settings.apply_chat_template, revision=revision)
    return _Plan(model, adapter, chosen, own, manager, metadata, examined)


def _evaluated(plan: _Plan, loaded: Any, output: Path, settings: Settings, device: str) -> Evaluation | None:
    from lm_eval import simple_evaluate
    from lm_eval.loggers import EvaluationTracker

    loaded.answers = _store(plan, settings, device)
    tracker = EvaluationTracker(output_path=str(output))
    results = simple_evaluate(
        model=loaded,
        model_args={**weights_of(plan.model, plan.adapter), **settings.model_args},
        tasks=plan.chosen,
        num_fewshot=settings.num_fewshot,
        batch_size=settings.batch_size,
        device=device,
        limit=settings.limit,
        apply_chat_template=settings.apply_chat_template,
        evaluation_tracker=tracker,
        task_manager=plan.manager,
        log_samples=True,
        metadata=plan.metadata,
    )
    if results is None:
        return None
    tracker.general_config_tracker.model_source = settings.backend
    results["config"]["model"] = settings.backend
    trained_cues = [one for task in plan.own.values() for one in task.trained_cues]
    revision = settings.model_args.get("revision")
    examined = examine_loaded(plan.examined, plan.model, plan.adapter, revision)
    results["align"] = examined.describe(trained_cues)
    files = write_results(tracker, results, output)
    return Evaluation(results, files.results, files.samples)


def _store(plan: _Plan, settings: Settings, device: str) -> AnswerStore | None:
    """Where the answers are kept; None where they are not, or the model's files are not all known."""
    folder = model_folder(plan.model, settings.model_args.get("revision"))
    if folder is None or not settings.keep_answers:
        return None
    adapter = Path(plan.adapter) if plan.adapter else None
    return store_of(settings.backend, folder, adapter, settings.model_args, device)


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
