"""The steps of an experiment: which there are, what they wait for, and what makes them other steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments.engine import Limits, _options
from align_tasks.experiments.prepare import Prepared, plan_of
from align_tasks.experiments.step import Step

Prepare = Callable[..., Prepared]


def named(prepared: Prepared) -> dict[str, Step]:
    return {step.name: step for step in prepared.steps}


def keys(prepared: Prepared) -> dict[str, str]:
    return {step.name: step.key for step in prepared.steps if step.kind != "compare"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


def option(step: Step, name: str) -> str:
    return step.command[list(step.command).index(name) + 1]


def test_each_step_comes_after_what_it_waits_for_and_evaluations_after_their_training(
    prepared: Prepare,
) -> None:
    steps = prepared().steps
    assert [step.name for step in steps] == [
        "evaluate-base",
        "train-first-1",
        "evaluate-first-1",
        "train-first-2",
        "evaluate-first-2",
        "train-second-1",
        "evaluate-second-1",
        "train-second-2",
        "evaluate-second-2",
        "compare-all-md",
        "compare-all-json",
    ]
    made: set[str] = set()
    for step in steps:
        assert made.issuperset(step.inputs), step.name
        assert made.isdisjoint(step.outputs)
        made.update(step.outputs)


def test_a_run_starts_from_the_adapter_of_the_same_seed(prepared: Prepare) -> None:
    found = prepared()
    steps = named(found)
    for seed in ("1", "2"):
        first, second = steps[f"train-first-{seed}"], steps[f"train-second-{seed}"]
        assert list(second.inputs) == list(first.outputs)
        assert option(second, "--adapter") == option(first, "--output")
        assert option(second, "--seed") == seed
        assert Path(option(first, "--output")).name == f"first-{seed}"
        assert found.output / first.outputs[0] == Path(option(first, "--output")) / "align.json"


def test_an_adapter_is_evaluated_after_its_training_and_after_the_base(prepared: Prepare) -> None:
    steps = named(prepared())
    evaluation = steps["evaluate-second-2"]
    assert set(evaluation.inputs) == {*steps["train-second-2"].outputs, *steps["evaluate-base"].outputs}
    assert option(evaluation, "--adapter") == option(steps["train-second-2"], "--output")
    assert option(evaluation, "--tasks") == "swow_us,wvs_us"
    assert option(evaluation, "--limit") == "3"
    assert option(evaluation, "--metadata") == '{"norms": "demo"}'


def test_a_comparison_reads_what_was_evaluated_of_its_models(prepared: Prepare, folder: Path) -> None:
    found = prepared()
    evaluated = [step for step in found.steps if step.kind == "evaluate"]
    table = named(found)["compare-all-md"]
    assert list(table.inputs) == [path for step in evaluated for path in step.outputs]
    assert option(table, "--baseline") == "model"
    assert table.outputs[0] == "comparison/all.md"
    assert table.prints


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({}, set()),
        ({"question: Does it learn?": "question: Does it?"}, set()),
        (
            {"limit: 3": "limit: 4"},
            {"evaluate-base", *(f"evaluate-{r}-{s}" for r in ("first", "second") for s in (1, 2))},
        ),
        ({"limit: 3": "limit: 3\n    batch_size: 2"}, set()),
        ({"adapter: first": "adapter: first\n    needs: {cores: 2}"}, set()),
        (
            {"adapter: first": "adapter: first\n    settings: {packing: false}"},
            {f"{kind}-second-{seed}" for kind in ("train", "evaluate") for seed in (1, 2)},
        ),
        (
            {"learning_rate: 1e-3": "learning_rate: 2e-3"},
            {
                f"{kind}-{run}-{seed}"
                for kind in ("train", "evaluate")
                for run in ("first", "second")
                for seed in (1, 2)
            },
        ),
    ],
)
def test_only_what_depends_on_a_change_is_another_step(
    prepared: Prepare, changes: dict[str, str], other: set[str]
) -> None:
    assert changed(keys(prepared()), keys(prepared(changes))) == other


def test_other_weights_in_the_same_folder_change_every_step(prepared: Prepare, folder: Path) -> None:
    before = keys(prepared())
    (folder / "model" / "model.safetensors").write_bytes(b"other weights")
    assert changed(before, keys(prepared())) == set(before)


def test_the_same_weights_elsewhere_change_no_key(prepared: Prepare, folder: Path) -> None:
    before = keys(prepared())
    (folder / "model").rename(folder / "moved")
    after = prepared(models={"base": str(folder / "moved")})
    assert changed(before, keys(after)) == set()
    assert option(named(after)["train-first-1"], "--model") == str(folder / "moved")


def test_another_file_that_is_mixed_in_changes_its_run(prepared: Prepare, folder: Path) -> None:
    change = {"{learning_rate: 1e-3}": "{mix: {values.jsonl: 0.5}}"}
    (folder / "values.jsonl").write_text("one")
    before = keys(prepared(change))
    (folder / "values.jsonl").write_text("two")
    assert "train-first-1" in changed(before, keys(prepared(change)))
    (folder / "values.jsonl").write_text("one")
    assert keys(prepared(change)) == before


def test_norms_that_are_imported_later_change_what_learns_them(
    prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    from align_tasks.data import store

    demo = {"norms: demo": "norms: auto"}
    before = keys(prepared(demo))
    monkeypatch.setattr(store, "names", lambda kind: ["us"] if kind == "associations" else [])
    monkeypatch.setattr(store, "fingerprint", lambda kind, name: "abc")
    other = changed(before, keys(prepared(demo)))
    assert {"train-first-1", "train-second-1", "evaluate-base"} <= other  # second starts from first


def test_settings_that_vary_make_a_run_for_each_combination(prepared: Prepare) -> None:
    change = {
        "settings: {learning_rate: 1e-3}": "vary: {learning_rate: [1e-3, 0.5], packing: [true, false]}",
        "    adapter: first\n": "",
        "[1, 2]": "[7]",
    }
    steps = named(prepared(change))
    trained = [name for name in steps if name.startswith("train-first")]
    assert trained == [
        "train-first-1e_3-learning_rate-true-packing-7",
        "train-first-1e_3-learning_rate-false-packing-7",
        "train-first-0.5-learning_rate-true-packing-7",
        "train-first-0.5-learning_rate-false-packing-7",
    ]
    assert option(steps[trained[2]], "--learning-rate") == "0.5"
    assert "--no-packing" in steps[trained[1]].command
    assert "--packing" in steps[trained[0]].command


def test_runs_train_each_model_and_start_from_their_own(prepared: Prepare, folder: Path) -> None:
    (folder / "big").mkdir()
    (folder / "big" / "config.json").write_text("{}")
    (folder / "big" / "model.safetensors").write_bytes(b"more weights")
    steps = named(prepared({"  base: ./model\n": "  base: ./model\n  big: big\n"}))
    second = steps["train-second-big-2"]
    assert list(second.inputs) == list(steps["train-first-big-2"].outputs)
    assert option(second, "--model") == str(folder / "big")
    assert "evaluate-big" in steps
    kept = named(prepared({"  base: ./model\n": "  base: ./model\n  big: big\n"}, left_out=["big"]))
    assert kept.keys() == named(prepared()).keys()


def test_a_whole_model_is_evaluated_as_a_model(prepared: Prepare) -> None:
    steps = named(prepared({"{learning_rate: 1e-3}": "{method: full}", "    adapter: first\n": ""}))
    evaluation, training = steps["evaluate-first-1"], steps["train-first-1"]
    assert option(evaluation, "--model") == option(training, "--output")
    assert "--adapter" not in evaluation.command
    assert list(evaluation.inputs) == list(training.outputs)


def test_only_named_runs_are_evaluated(prepared: Prepare) -> None:
    steps = named(prepared({"limit: 3": "runs: [second]"}))
    assert [name for name in steps if name.startswith("evaluate")] == [
        "evaluate-base",
        "evaluate-second-1",
        "evaluate-second-2",
    ]


@pytest.mark.parametrize(
    ("models", "left_out", "told"),
    [
        ({"bas": "x"}, (), "--model bas: the recipe has no model of this name; is base meant?"),
        ({"base": "./nowhere"}, (), "--model base: no model in"),
        ({}, ("bas",), "--without bas: the recipe has no model of this name"),
        ({}, ("base",), "no model is left"),
    ],
)
def test_flags_about_models_that_cannot_be_are_told(
    prepared: Prepare, models: dict[str, str], left_out: Any, told: str
) -> None:
    with pytest.raises(AlignError, match=told):
        prepared(models=models, left_out=left_out)


def test_what_steps_need_reaches_the_engine(prepared: Prepare) -> None:
    needs = "needs: {cores: 2, memory_gb: 1.5, gpus: 1, hours: 0.5}"
    found = prepared({"adapter: first": f"adapter: first\n    {needs}"})
    plan = json.loads(plan_of(found, 8))["steps"]
    step = plan["train-second-1"]
    assert (step["threads"], step["resources"]) == (2, {"mem_mb": 1500, "gpu": 1, "runtime": 30})
    assert (plan["train-first-1"]["threads"], plan["train-first-1"]["resources"]) == (8, {})
    assert plan["compare-all-md"]["threads"] == 1


def test_limits_reach_the_engine() -> None:
    limits = Limits(cores=4, memory_gb=2, gpus=1, executor="slurm", jobs=9, profile=Path("cluster"))
    options = " ".join(_options(limits))
    for told in (
        "--cores 4 --resources mem_mb=2000 gpu=1 --executor slurm --jobs 9 --workflow-profile cluster",
        "--keep-going --rerun-incomplete",
    ):
        assert told in options
