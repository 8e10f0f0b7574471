"""How much memory the weights of a model take, by what its files say of them; nothing is loaded."""

from __future__ import annotations

from math import prod
from pathlib import Path

from align_tasks.experiments.step import Loaded

_BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}
_CONVERTED = ("F64", "F32", "BF16", "F16")
"""Formats in safetensors files that become another when a number format is asked for."""


def weights_in_memory(loaded: Loaded) -> int | None:
    """Bytes of a model's weights; None where its files are not here, or do not say."""
    from align_tasks.adapters.identity import model_folder, weight_files

    folder = model_folder(loaded.model)
    files = weight_files(folder) if folder is not None else []
    if not files:
        return None
    if loaded.dtype == "auto":
        return sum(file.stat().st_size for file in files)
    if loaded.dtype not in _BYTES or any(file.suffix != ".safetensors" for file in files):
        return None
    sizes = [_converted(file, _BYTES[loaded.dtype]) for file in files]
    return sum(size for size in sizes if size is not None) if None not in sizes else None


def _converted(file: Path, each: int) -> int | None:
    """Bytes of a file's weights with so many for each number; None where the file cannot be read."""
    from safetensors import SafetensorError, safe_open

    found = 0
    try:
        with safe_open(file, framework="np") as tensors:
            for name in tensors.keys():  # noqa: SIM118
                tensor = tensors.get_slice(name)
                if tensor.get_dtype() not in _CONVERTED:
                    return None
                found += each * prod(tensor.get_shape())
    except (OSError, SafetensorError):
        return None
    return found
