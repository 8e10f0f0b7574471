"""Who was evaluated: one entry for a model, or for a model with an adapter, however its folder is called."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from align_tasks.adapters.check import adapter_weights
from align_tasks.adapters.identity import identify_model, kept_sha256
from align_tasks.adapters.record import read_record
from align_tasks.errors import AlignError

MODEL_NAMES = ("pretrained", "model", "path", "engine")
ADAPTER_NAMES = ("peft", "delta", "lora_local_path")
VARIANTS = ("dtype", "load_in_4bit", "load_in_8bit", "gguf_file", "quantization", "think_end_token")
USUAL = (None, "auto", False, "False", "false", "None")
SHORT = 8
LONGEST = 100


@dataclass(frozen=True)
class Training:
    """What a record tells of the training of an adapter, or of a whole model.

    Attributes:
        trainer: such as ``sft``.
        culture: whose associations were learned.
        recipe: every setting.
        data: of the norms that were learned from.
        starts: the trainings that it began from, the last one first; of weights that were trained elsewhere
            the SHA-256.
    """

    trainer: str
    culture: str
    recipe: Mapping[str, Any]
    data: Mapping[str, Any]
    starts: tuple[Training | str, ...] = ()

    @property
    def seed(self) -> int | None:
        """Of the random numbers."""
        return self.recipe.get("seed")

    @property
    def without_seed(self) -> str:
        """What runs of one recipe have in common."""
        return self.without("seed")

    def without(self, *names: str) -> str:
        """What trainings have in common that differ in these settings at most."""
        settings = {key: value for key, value in self.recipe.items() if key not in names}
        norms = [self.data.get(key) for key in ("norms", "norms_sha256")]
        starts = [one if isinstance(one, str) else one.without_seed for one in self.starts]
        return _digest([self.trainer, self.culture, settings, norms, starts])


@dataclass(frozen=True)
class Entry:
    """A model, with or without an adapter.

    Attributes:
        model: its name.
        model_id: SHA-256 of its weights, else the commit of the hub, else None.
        adapter: name of the adapter's folder; None for a model alone.
        adapter_id: SHA-256 of its weights; None where they are not at hand.
        variant: settings in which figures may differ, such as ``dtype``.
        training: of the adapter, or of a fine-tuned model, as far as known.
        problems: what is to be told of it beside its figures.
        folder: of the adapter, where it is still there and has these weights.
        label: as it is shown, unlike any other.
    """

    model: str
    model_id: str | None
    adapter: str | None
    adapter_id: str | None
    variant: tuple[tuple[str, str], ...] = ()
    training: Training | None = None
    problems: tuple[str, ...] = field(default=(), compare=False)
    folder: Path | None = field(default=None, compare=False)
    label: str = ""

    @property
    def key(self) -> str:
        """What makes two evaluations those of one entry: the weights where they are known, else the names."""
        base = self.model_id or f"name {self.model}"
        on_top = None if self.adapter is None else self.adapter_id or f"name {self.adapter}"
        return _digest([base, on_top, self.variant])

    @property
    def recipe_key(self) -> str | None:
        """What runs of one recipe with several seeds have in common; None without a record."""
        return self.recipe_key_without("seed")

    def recipe_key_without(self, *names: str) -> str | None:
        """What entries have in common that differ in these settings at most; None without a record."""
        if self.training is None:
            return None
        return _digest([self.model_id or self.model, self.variant, self.training.without(*names)])


def entry_of(content: Mapping[str, Any], time: float) -> Entry:
    """Whom the results of a file are about.

    Args:
        content: of the results file.
        time: of the evaluation, seconds since 1970: weights that changed later are not those evaluated.
    """
    config = content["config"]
    arguments = model_arguments(config.get("model_args"))
    named = next((arguments[name] for name in MODEL_NAMES if arguments.get(name)), config.get("model"))
    adapter = next((arguments[name] for name in ADAPTER_NAMES if arguments.get(name)), None)
    told = content.get("align") or {}
    model, model_id = _model(str(named), config, told.get("model") or {})
    problems = [*((told.get("model") or {}).get("problems") or ())]
    adapter_id, training = None, _training(told.get("model") or {})
    if adapter is not None:
        of_adapter = told.get("adapter") or {}
        adapter_id, training = of_adapter.get("sha256"), _training(of_adapter)
        problems += of_adapter.get("problems") or ()
        if adapter_id is None:
            adapter_id, training, why = _adapter_at(Path(str(adapter)), content, time)
            problems += why
    variant = tuple((name, str(arguments[name])) for name in VARIANTS if arguments.get(name) not in USUAL)
    name = None if adapter is None else PurePath(str(adapter)).name
    folder = _folder_with(str(adapter), adapter_id) if adapter is not None else None
    return Entry(model, model_id, name, adapter_id, variant, training, tuple(map(str, problems)), folder)


def model_arguments(given: Any) -> dict[str, Any]:
    """lm-eval's ``model_args``, which are a text in some versions and a table in others."""
    if isinstance(given, Mapping):
        return dict(given)
    if not isinstance(given, str):
        return {}
    if given.lstrip().startswith("{"):
        return dict(json.loads(given))
    return dict(part.split("=", 1) for part in given.split(",") if "=" in part)


def _model(named: str, config: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str | None]:
    """Name of a model, and what tells it from others."""
    if told.get("sha256"):
        return str(told.get("name") or named), str(told["sha256"])
    commit = config.get("model_sha") or None
    found = identify_model(named, commit or config.get("model_revision") or None)
    is_path = named.startswith((".", "/", "~")) or Path(named).is_dir()
    return PurePath(named).name if is_path else named, found.sha256 or commit


def _training(told: Mapping[str, Any]) -> Training | None:
    if not told.get("trainer"):
        return None
    starts = tuple(_training(one) or str(one.get("sha256")) for one in told.get("starts") or ())
    return Training(
        told["trainer"], told.get("culture") or "", told.get("recipe") or {}, told.get("data") or {}, starts
    )


def _adapter_at(
    folder: Path, content: Mapping[str, Any], time: float
) -> tuple[str | None, Training | None, list[str]]:
    """Hash and training of an adapter that results name by its path only, and what is to be told of it."""
    recorded = _recorded_sha256(content)
    weights = adapter_weights(folder) if folder.is_dir() else None
    if weights is None:
        why = [] if recorded else [f"its weights are not at {folder} any more: it goes by its name"]
        return recorded, None, why
    here = kept_sha256(weights)
    if recorded not in (None, here) or (recorded is None and weights.stat().st_mtime > time):
        return recorded, None, [f"the weights in {folder} were changed since they were evaluated"]
    try:
        record = read_record(folder)
    except AlignError as error:
        return here, None, [error.problem]
    if record is None:
        return here, None, []
    return here, _training(record.told), []


def _folder_with(path: str, sha256: str | None) -> Path | None:
    """An adapter's folder, if its weights are those of this hash."""
    weights = adapter_weights(Path(path)) if Path(path).is_dir() else None
    return Path(path) if weights is not None and sha256 in (None, kept_sha256(weights)) else None


def _recorded_sha256(content: Mapping[str, Any]) -> str | None:
    """The adapter's hash as our tasks record it, whoever runs them."""
    configs = content.get("configs") or {}
    found = {(config.get("metadata") or {}).get("adapter_sha256") for config in configs.values()} - {None}
    return str(found.pop()) if len(found) == 1 else None


def with_labels(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with labels that tell them apart: by names, else by settings, else by hashes."""
    found = list(entries)
    labels = [_label(entry) for entry in found]
    for longer in (_with_variant, _with_hashes):
        often = Counter(labels)
        labels = [
            longer(entry, label) if often[label] > 1 else label
            for entry, label in zip(found, labels, strict=True)
        ]
    return [replace(entry, label=label) for entry, label in zip(found, labels, strict=True)]


def _label(entry: Entry) -> str:
    model = entry.model.rpartition("/")[2] or entry.model
    return shown(model if entry.adapter is None else f"{model} + {entry.adapter}")


def shown(text: str, longest: int = LONGEST) -> str:
    """A text from outside as a terminal and a page may show it: no control characters, not too long."""
    printable = "".join(
        character if character.isprintable() else "\ufffd" for character in text[: longest + 1]
    )
    return printable if len(printable) <= longest else f"{printable[: longest - 1]}…"


def _with_variant(entry: Entry, label: str) -> str:
    told = ", ".join(f"{name}={value}" for name, value in entry.variant)
    return f"{label} ({told})" if told else label


def _with_hashes(entry: Entry, label: str) -> str:
    known = [one[:SHORT] for one in (entry.model_id, entry.adapter_id) if one]
    return f"{label} [{' '.join(known)}]" if known else f"{label} [unknown weights]"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
