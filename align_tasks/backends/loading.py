"""Models for lm-eval to ask: a base model and its adapters, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from align_tasks.errors import DETAILS, AlignError, one_line

SHARED = "hf-shared"
VLLM = "vllm"
BATCH = "8"  # of other backends, where nobody names a size


@dataclass(frozen=True)
class Backend:
    """How models are loaded.

    Attributes:
        name: lm-eval's name of the model class.
        model_args: its arguments, but for the model and the adapter.
        batch_size: a number or ``auto``; None for what suits the backend.
        device: torch device.
    """

    name: str
    model_args: Mapping[str, Any]
    batch_size: str | None
    device: str


def weights_of(model: str, adapter: str | None) -> dict[str, str]:
    """A model and its adapter, in lm-eval's terms."""
    return {"pretrained": model, **({"peft": adapter} if adapter else {})}


def each_loaded(backend: Backend, model: str, adapters: Sequence[str | None]) -> Iterator[Any]:
    """The base model for every None among `adapters`, and with every other of them, in their order.

    Only one is in memory at a time; `hf-shared` and `vllm` load the base model once for all of them.

    Raises:
        AlignError: one cannot be loaded.
    """
    if backend.name in (SHARED, VLLM):
        yield from _each_on_one_base(backend, model, adapters)
        return
    for adapter in adapters:
        yield _loaded(backend, weights_of(model, adapter))


def _each_on_one_base(backend: Backend, model: str, adapters: Sequence[str | None]) -> Iterator[Any]:
    loaded = _base(backend, model, [adapter for adapter in adapters if adapter])
    for adapter in adapters:
        if adapter is None:
            yield loaded
            continue
        try:
            loaded.put_on(adapter)
        except Exception as error:
            raise _not_loaded(model, adapter, error) from error
        yield loaded
        loaded.take_off()


def _base(backend: Backend, model: str, adapters: Sequence[str]) -> Any:
    if backend.name == SHARED:
        return _loaded(backend, weights_of(model, None))
    from align_tasks.backends.vllm import load

    try:
        return load(model, adapters, {**backend.model_args, "batch_size": backend.batch_size or "auto"})
    except AlignError:
        raise
    except Exception as error:
        raise _not_loaded(model, None, error) from error


def _loaded(backend: Backend, weights: Mapping[str, str]) -> Any:
    from lm_eval.api.registry import get_model

    from align_tasks.backends import shared  # noqa: F401  which registers it

    batch_size = backend.batch_size or (None if backend.name == SHARED else BATCH)
    options = {"batch_size": batch_size, "max_batch_size": None, "device": backend.device}
    try:
        return get_model(backend.name).create_from_arg_obj({**weights, **backend.model_args}, options)
    except Exception as error:
        raise _not_loaded(weights["pretrained"], weights.get("peft"), error) from error


def _not_loaded(model: str, adapter: str | None, error: Exception) -> AlignError:
    what = f"{model!r} with the adapter {adapter!r}" if adapter else repr(model)
    where = "" if Path(model).exists() else "It is no folder here, so the Hugging Face hub was asked. "
    return AlignError(f"cannot load the model {what}: {one_line(error)}", hint=where + DETAILS)
