"""Folders of experiments as `align run` leaves them, with figures that a test chooses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from align_tasks.adapters.identity import ModelIdentity
from align_tasks.adapters.record import AdapterRecord, write_record
from align_tasks.experiments.states import StepState, write_state
from align_tasks.files import replace_file

ELSEWHERE = "/elsewhere/out"  # where the experiment lay when it was carried out
STAMP = "2026-01-01T00-00-00.000000"
CUES = tuple(f"cue{number}" for number in range(12))
MODEL_SHA256 = "a" * 64
NORMS_SHA256 = "b" * 64
DATA = {"norms": "norms.csv", "norms_sha256": NORMS_SHA256, "training_cues": 80, "cues_fingerprint": "f" * 12}
RECIPE = """\
name: small
question: Does it learn?
models:
  base: org/Base-1B
norms: imported
seeds: [1, 2]
runs:
  sft: {trainer: sft, culture: us, settings: {learning_rate: 1e-3}}
evaluate:
  - tasks: [swow_us]
    limit: 12
compare:
  all: {baseline: base}
"""
ENVIRONMENT = (
    "OS: Debian 12\nGPU models and configuration: GPU 0: Big GPU\nCPU(s):   8\nModel name:   Fast CPU\n"
)


@dataclass
class Folder:
    """An experiment: a model, and adapters that are trained on it and evaluated.

    Attributes:
        path: of its output.
        recipe: text of the recipe.
        source: the model that commands name.
        steps: those that were added.
    """

    path: Path
    recipe: str = RECIPE
    source: str = "org/Base-1B"
    name: str = "small"
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def step(
        self, name: str, kind: str, command: Sequence[str], outputs: Sequence[str], **others: Any
    ) -> None:
        """Plan a step; `state` notes what became of it."""
        key = others.pop("key", "0" * 10)
        state = others.pop("state", None)
        self.steps[name] = {"kind": kind, "key": key, "command": command, "inputs": [], "outputs": outputs}
        self.steps[name] |= others
        if state is not None:
            took = others.get("took", 65)
            ended = None if state == "running" else 1_767_225_600.0 + took
            write_state(self.path, name, StepState(key, state, 1_767_225_600.0, ended, 0, starts=2))

    def model(self, scores: Sequence[float], name: str = "base", done: bool = True, **others: Any) -> None:
        """The model's own evaluation."""
        folder = f"results/{'1' * 10}/{name}"
        command = ["eval", "--model", self.source, "--tasks", "swow_us"]
        outputs = [f"{folder}/step.json"]
        state = "finished" if done else None
        self.step(f"evaluate-{name}", "evaluate", command, outputs, key="1" * 10, state=state)
        if done:
            self.results(folder, name, scores, None, **others)

    def adapter(
        self,
        name: str,
        scores: Sequence[float],
        recipe: Mapping[str, Any],
        trainer: str = "sft",
        start: str | None = None,
        done: bool = True,
        starts: Sequence[Mapping[str, Any]] = (),
        culture: str = "us",
        **others: Any,
    ) -> None:
        """A training and its evaluation, of which only the first has begun unless `done`.

        `starts` is what results tell of the trainings that it began from.
        """
        key = f"{len(self.steps):010d}"
        folder, results = f"adapters/{key}/{name}", f"results/{key}/{name}"
        command = ["train", trainer, "--model", self.source, "--culture", culture]
        command += ["--adapter", f"{ELSEWHERE}/adapters/{'9' * 10}/{start}"] if start else []
        state = "finished" if done else "running"
        self.step(f"train-{name}", "train", command, [f"{folder}/align.json"], key=key, state=state)
        (self.path / folder).mkdir(parents=True)
        command = ["eval", "--model", self.source, "--adapter", f"{ELSEWHERE}/{folder}"]
        outputs = [f"{results}/step.json"]
        state = "finished" if done else None
        self.step(f"evaluate-{name}", "evaluate", command, outputs, key=key, state=state)
        if not done:
            run = {"trainer": trainer, "recipe": dict(recipe)}
            (self.path / folder / "run.json").write_text(json.dumps(run))
            return
        data = {**DATA, **others.pop("data", {})}
        write_record(self.path / folder, record(trainer, recipe, data))
        told = {"sha256": name, "trainer": trainer, "culture": culture, "recipe": dict(recipe), "data": data}
        told["starts"] = list(starts)
        self.results(results, name, scores, told, **others)

    def results(
        self, folder: str, name: str, scores: Sequence[float], adapter: dict[str, Any] | None, **told: Any
    ) -> None:
        """Results and samples of `swow_us`; `told` is of its metadata, or else of the file."""
        target = self.path / folder / f"__elsewhere__{name}"
        target.mkdir(parents=True)
        metadata = {"version": 1, "data_fingerprint": "d" * 12, "prompt_fingerprint": "p" * 12}
        metadata |= {"culture": "us", "norms": "norms.csv", "norms_sha256": NORMS_SHA256}
        metadata |= told.pop("metadata", {})
        content = {
            "results": {"swow_us": {"p_at_5,none": float(np.mean(scores))}},
            "configs": {"swow_us": {"metadata": metadata, "test_split": "test"}},
            "higher_is_better": {"swow_us": {"p_at_5": True}},
            "n-samples": {"swow_us": {"original": 1211, "effective": len(scores)}},
            "config": {"model": "hf", "model_args": f"pretrained={self.source}", "device": "cuda"},
            "align": {"model": {"name": "Base-1B", "sha256": MODEL_SHA256}, "adapter": adapter},
            "pretty_env_info": ENVIRONMENT,
            "lm_eval_version": "0.4.13",
        }
        if adapter is not None:
            content["config"]["model_args"] += f",peft={ELSEWHERE}/{name}"  # type: ignore[index]
        (target / f"results_{STAMP}.json").write_text(json.dumps(content | told))
        rows = [
            {"doc": {"cue": cue}, "filter": "none", "metrics": ["p_at_5"], "p_at_5": score}
            for cue, score in zip(CUES, scores, strict=True)
        ]
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (target / f"samples_swow_us_{STAMP}.jsonl").write_text(lines)
        (self.path / folder / "step.json").write_text("{}")

    def comparison(self, name: str = "all", baseline: str = "Base-1B", done: bool = True) -> None:
        """A comparison of all evaluations so far."""
        asked = [step for step in self.steps.values() if step["kind"] == "evaluate"]
        inputs = [step["outputs"][0] for step in asked]
        words = [f"{ELSEWHERE}/{path.removesuffix('/step.json')}" for path in inputs]
        command = ["compare", *words, "--baseline", baseline, "--format", "json"]
        outputs = [f"comparison/{name}.json"]
        state = "finished" if done else None
        self.step(f"compare-{name}-json", "compare", command, outputs, inputs=inputs, state=state)
        if done:
            (self.path / "comparison").mkdir(exist_ok=True)
            (self.path / outputs[0]).write_text("{}")

    def written(self) -> Path:
        """The folder, with its plan and its recipe."""
        self.path.mkdir(exist_ok=True)
        plan = {
            "experiment": self.name,
            "folder": ELSEWHERE,
            "program": [],
            "worker": [],
            "steps": self.steps,
        }
        replace_file(self.path / "steps.json", json.dumps(plan).encode())
        (self.path / "recipe.yaml").write_text(self.recipe, encoding="utf-8")
        return self.path


def record(trainer: str, recipe: Mapping[str, Any], data: Mapping[str, Any]) -> AdapterRecord:
    """The record of a finished training."""
    return AdapterRecord(
        trainer=trainer,
        plugin="align-mine 1.0",
        culture="us",
        language="en",
        base_model=ModelIdentity("Base-1B", None, MODEL_SHA256),
        recipe=dict(recipe),
        steps=30,
        metrics={},
        data=dict(data),
        versions={"torch": "9.9.9"},
        files={},
        created="2026-01-01T00:00:00+00:00",
    )


def scores(seed: int, level: float) -> list[float]:
    """A figure of each cue, around a level."""
    return [float(one) for one in np.random.default_rng(seed).normal(level, 0.05, len(CUES))]
