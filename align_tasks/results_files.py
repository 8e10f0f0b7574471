"""The files that lm-eval writes about an evaluation: whole, or not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from align_tasks.errors import AlignError


@dataclass(frozen=True)
class ResultsFiles:
    """Where lm-eval wrote an evaluation."""

    results: Path
    samples: list[Path]


def write_results(tracker: Any, results: dict[str, Any], output: Path) -> ResultsFiles:
    """Write what lm-eval found, its samples first, each file whole or not at all.

    Args:
        tracker: lm-eval's `EvaluationTracker` of the evaluation; it names the files.
        results: as `simple_evaluate` returns them; the samples are taken out.
        output: folder in which they are to be.

    Raises:
        AlignError: they could not be written, of which lm-eval only warns.
    """
    samples = results.pop("samples")
    with _aside(output) as folder:
        tracker.output_path = str(folder)
        tracker.save_results_aggregated(results=results, samples=samples)
        for name in results["configs"]:
            tracker.save_results_samples(task_name=name, samples=samples[name])
        files = _written(tracker, {name: len(samples[name]) for name in results["configs"]})
        return ResultsFiles(
            samples=[_moved(file, folder, output) for file in files.samples],
            results=_moved(files.results, folder, output),
        )


@contextmanager
def _aside(output: Path) -> Iterator[Path]:
    """A folder beside the results, on their file system, for files that are not finished."""
    folder = Path(mkdtemp(prefix=".unfinished-", dir=output))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _moved(file: Path, folder: Path, output: Path) -> Path:
    target = output / file.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, target)
    return target


def _written(tracker: Any, rows: Mapping[str, int]) -> ResultsFiles:
    """The files that lm-eval wrote.

    Args:
        rows: how many samples of each task there are to be.
    """
    folder = Path(tracker.output_path) / tracker.general_config_tracker.model_name_sanitized
    stamp = getattr(tracker, "date_id", None)
    results = folder / f"results_{stamp}.json"
    samples = {folder / f"samples_{name}_{stamp}.jsonl": number for name, number in rows.items()}
    bad = [] if _is_json(results) else [results]
    bad += [path for path, number in samples.items() if _lines(path) != number]
    if bad:
        names = ", ".join(path.name for path in bad)
        raise AlignError(
            f"results were computed but not written, or not whole: {names}", hint="Is the disk full?"
        )
    return ResultsFiles(results, list(samples))


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _lines(path: Path) -> int:
    """Whole lines of a file; -1 when it is not there."""
    return path.read_bytes().count(b"\n") if path.is_file() else -1


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
