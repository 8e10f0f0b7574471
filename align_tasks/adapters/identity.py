"""Which model it is: a hash of its configuration and weights, whatever its folder is called."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from align_tasks.files import replace_file, sha256_of
from align_tasks.paths import cache_dir

CONFIG = "config.json"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # in the order in which transformers looks for them
_CACHED_FROM = 2**24  # bytes; smaller files are hashed as quickly as a hash is looked up


@dataclass(frozen=True)
class ModelIdentity:
    """Which model it is.

    Attributes:
        name: its hub name, or the name of its folder without where that lies.
        revision: commit of a model of the hub, as far as known.
        sha256: of its configuration and weights, see `model_sha256`; None where they are not at hand.
    """

    name: str
    revision: str | None
    sha256: str | None

    @property
    def told(self) -> str:
        """Its name and the beginning of its hash, for messages."""
        return f"{self.name} (SHA-256 {self.sha256[:12]})" if self.sha256 else self.name


def is_same_model(one: ModelIdentity, other: ModelIdentity) -> bool | None:
    """Whether two are the same model, whose folders may have other names; None where it cannot be told."""
    if one.sha256 and other.sha256:
        return one.sha256 == other.sha256
    return True if one.name == other.name else None


def identify_model(model: str, revision: str | None = None) -> ModelIdentity:
    """Which model a folder holds, or what of that name in the local cache of the hub; nothing is downloaded.

    Args:
        model: folder or hub name.
        revision: branch, tag or commit of a hub name; None for the main branch.
    """
    folder = model_folder(model, revision)
    if folder is None:
        return ModelIdentity(model, revision, None)
    if Path(model).is_dir():
        return ModelIdentity(folder.resolve().name, None, model_sha256(folder))
    return ModelIdentity(model, folder.name, model_sha256(folder))


def model_folder(model: str, revision: str | None = None) -> Path | None:
    """The folder with a model's files: its own, or that in the local cache of the hub; None without one."""
    return Path(model) if Path(model).is_dir() else _snapshot(model, revision)


def model_sha256(folder: Path) -> str | None:
    """SHA-256 of what ``sha256sum config.json WEIGHTS…`` prints, the weights in order of their names.

    Weights are the files that transformers reads: ``model.safetensors`` or its parts, else
    ``pytorch_model.bin`` or its parts. Hashes of large files are kept in the cache, and hold as long as path,
    size and time of change do.

    Returns:
        The hash; None where the folder holds no configuration or no such weights.
    """
    weights = weight_files(folder)
    if not weights or not (folder / CONFIG).is_file():
        return None
    lines = (f"{kept_sha256(file)}  {file.name}\n" for file in (folder / CONFIG, *weights))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def weight_files(folder: Path) -> list[Path]:
    """The files of weights that transformers reads from a folder, in order of their names."""
    for name in _WEIGHTS:
        names = [name] if (folder / name).is_file() else _parts(folder / f"{name}.index.json")
        files = [folder / part for part in sorted(set(names))]
        if files and all(file.is_file() for file in files):
            return files
    return []


def _parts(index: Path) -> list[str]:
    """Names of the files into which weights are divided."""
    try:
        return [str(name) for name in json.loads(index.read_bytes())["weight_map"].values()]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def _snapshot(name: str, revision: str | None) -> Path | None:
    """Folder of a hub model in the local cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        return None


def kept_sha256(path: Path) -> str:
    """SHA-256 of a file; of a large one, as it was when it last had this path, size and time of change."""
    stat = path.stat()
    if stat.st_size < _CACHED_FROM:
        return sha256_of(path)
    key = hashlib.sha256(f"{path.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}".encode()).hexdigest()
    kept = cache_dir() / "hashes" / key
    with suppress(OSError, ValueError):
        found = kept.read_text(encoding="ascii")
        if re.fullmatch("[0-9a-f]{64}", found):
            return found
    found = sha256_of(path)
    with suppress(OSError):  # without a cache it only takes longer the next time
        kept.parent.mkdir(parents=True, exist_ok=True)
        replace_file(kept, found.encode())
    return found
