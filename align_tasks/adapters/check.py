"""What `align eval` notices about trained weights: what they learned, and whether they are as they were."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from align_tasks.adapters import card, record
from align_tasks.adapters.identity import ModelIdentity, identify_model, is_same_model
from align_tasks.adapters.notice import WEIGHTS, TrainedCues
from align_tasks.adapters.record import AdapterRecord, read_record
from align_tasks.files import sha256_of

_PICKLED_WEIGHTS = "adapter_model.bin"  # of other trainers, long ago

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Weights:
    """Trained weights and what is known of them.

    Attributes:
        sha256: of the adapter's weights file, or of a whole model as `ModelIdentity` has it.
        record: of their training; None where they were trained elsewhere.
        problems: what an evaluation should tell of them, in plain words, but for the test cues among those
            that they were trained on: each task tells its own.
    """

    sha256: str | None
    record: AdapterRecord | None
    problems: tuple[str, ...] = ()

    def describe(self, trained_cues: Sequence[TrainedCues]) -> dict[str, Any]:
        """What the results should say of them.

        Args:
            trained_cues: test cues that they were trained on, of each task.
        """
        return {
            "sha256": self.sha256,
            **(self.record.told if self.record else dict.fromkeys(record.TOLD)),
            "problems": [*(one.problem for one in trained_cues if one.problem), *self.problems],
            "trained_test_cues": {one.task: len(one.cues) for one in trained_cues},
        }


@dataclass(frozen=True)
class Evaluated:
    """A model as it is evaluated, alone or with an adapter.

    Attributes:
        model: which model it is.
        tuned: what is known of its own training, where it is a fine-tuned model of ours.
        adapter: what is known of the adapter, where there is one.
    """

    model: ModelIdentity
    tuned: Weights | None
    adapter: Weights | None

    def describe(self, trained_cues: Sequence[TrainedCues]) -> dict[str, Any]:
        """What the results say under ``align``.

        Args:
            trained_cues: test cues that the model or the adapter was trained on, as the tasks found them.
        """
        model = {"name": self.model.name, "revision": self.model.revision, "sha256": self.model.sha256}
        of_model, of_adapter = ([one for one in trained_cues if one.weights == name] for name in WEIGHTS)
        return {
            "model": model | (self.tuned.describe(of_model) if self.tuned else {}),
            "adapter": self.adapter.describe(of_adapter) if self.adapter else None,
        }


def examine(
    model: str,
    adapter: str | None,
    *,
    apply_chat_template: bool,
    revision: str | None = None,
) -> Evaluated:
    """Look at what is to be evaluated, and warn of each problem in the log.

    Args:
        model: folder or hub name of the model.
        adapter: folder of a PEFT adapter, or None.
        apply_chat_template: whether it is asked in its chat format.
        revision: of a hub name.

    Raises:
        AlignError: a record is damaged.
    """
    here = identify_model(model, revision)
    tuned = _tuned(Path(model), here, apply_chat_template)
    _warn(model, tuned.problems if tuned else ())
    if adapter is None:
        return Evaluated(here, tuned, None)
    weights = _adapter(Path(adapter), apply_chat_template)
    if here.sha256:
        weights = _with_base_checked(weights, here)
    _warn(adapter, weights.problems)
    return Evaluated(here, tuned, weights)


def examine_loaded(
    found: Evaluated, model: str, adapter: str | None, revision: str | None = None
) -> Evaluated:
    """The same, once lm-eval has loaded the model, which it may have had to download first."""
    if found.model.sha256:
        return found
    here = identify_model(model, revision)
    if adapter is None or found.adapter is None:
        return replace(found, model=here)
    weights = _with_base_checked(found.adapter, here)
    _warn(adapter, weights.problems[len(found.adapter.problems) :])
    return replace(found, model=here, adapter=weights)


def _tuned(folder: Path, identity: ModelIdentity, is_chat: bool) -> Weights | None:
    """What is known of a fine-tuned model; None for a model without a record, as most are."""
    known = read_record(folder) if folder.is_dir() else None
    return None if known is None else Weights(identity.sha256, known, _problems(folder, known, is_chat))


def adapter_weights(folder: Path) -> Path | None:
    """The file with an adapter's weights, as PEFT finds it; None where there is none."""
    files = (folder / name for name in (record.ADAPTER_WEIGHTS, _PICKLED_WEIGHTS))
    return next((file for file in files if file.is_file()), None)


def _adapter(folder: Path, is_chat: bool) -> Weights:
    file = adapter_weights(folder)
    sha256 = sha256_of(file) if file else None
    known = read_record(folder)
    return Weights(sha256, known, _problems(folder, known, is_chat))


def _problems(folder: Path, known: AdapterRecord | None, is_chat: bool) -> tuple[str, ...]:
    if known is None:
        return (
            f"trained elsewhere: there is no {record.FILE}, so nothing is known of what it was trained on",
        )
    return (
        *_changes(folder, known),
        *_format_problems(known, is_chat),
        *_demo_problems(known),
        *_start_problems(known),
    )


def _changes(folder: Path, known: AdapterRecord) -> list[str]:
    """Recorded files that are not as they were; the model card is there to be edited."""
    problems = []
    for name, sha256 in known.files.items():
        path = folder / name
        if name == card.FILE:
            continue
        if not path.is_file():
            problems.append(f"{name} is missing, which was there when its training ended")
        elif sha256_of(path) != sha256:
            problems.append(
                f"{name} was changed since its training ended: it is not what {record.FILE} describes"
            )
    return problems


def _format_problems(known: AdapterRecord, is_chat: bool) -> list[str]:
    trained = known.recipe.get("apply_chat_template")
    if not isinstance(trained, bool) or trained == is_chat:
        return []
    if trained:
        return ["trained in the model's chat format and evaluated without it: add --apply-chat-template"]
    return ["trained without the model's chat format and evaluated in it: leave out --apply-chat-template"]


def _demo_problems(known: AdapterRecord) -> list[str]:
    if not known.is_demo:
        return []
    return ["trained on the demo norms, which were written by hand: do not cite its figures"]


def _start_problems(known: AdapterRecord) -> list[str]:
    """Adapters that its training began from, one after the other, of which nothing is known."""
    return [
        f"its training began from the adapter {start.name}, which was trained elsewhere, so nothing is known "
        "of what that was trained on"
        for start in known.starts
        if start.record is None
    ]


def _base_problem(base: ModelIdentity, here: ModelIdentity) -> str | None:
    """What is wrong with the model that an adapter is evaluated on."""
    same = is_same_model(base, here)
    if same is None:
        return f"trained on the model {base.name}, and whether {here.name} is the same cannot be told"
    return None if same else f"trained on the model {base.told} and evaluated on another: {here.told}"


def _with_base_checked(adapter: Weights, here: ModelIdentity) -> Weights:
    problem = _base_problem(adapter.record.base_model, here) if adapter.record else None
    return replace(adapter, problems=(*adapter.problems, problem)) if problem else adapter


def _warn(name: str, problems: Iterable[str]) -> None:
    for problem in problems:
        logger.warning("%s: %s", name, problem)
