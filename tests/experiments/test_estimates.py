"""Estimates of what steps will take, by cases worked by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from align_tasks.experiments import work
from align_tasks.experiments.estimates import Estimate, Estimates, Total, estimates_of, largest, summed
from align_tasks.experiments.measured import Took, took_of
from align_tasks.experiments.planned import Outlook, Planned, estimates_by_name
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.showing_plan import as_json, lines
from align_tasks.experiments.states import StepState, write_state
from align_tasks.experiments.step import Loaded, Step
from align_tasks.experiments.weights import weights_in_memory
from align_tasks.experiments.words import rough

Prepare = Callable[..., Prepared]


def step(name: str, *like: str) -> Step:
    return Step(name, "train", "key", [], [], [f"{name}/align.json"], like=like)


def test_what_like_it_took_is_the_median() -> None:
    steps = [*(step(f"sft-{seed}", "sft") for seed in range(1, 5)), step("ppo-1", "ppo")]
    took = {
        "sft-1": Took(300.0, 2_000, 50),
        "sft-2": Took(400.0, 4_000, 70),
        "sft-3": Took(None, None, 90),  # went on from an earlier start
        "ppo-1": Took(9.0, 9, 9),
    }
    found = estimates_of(steps[3], steps, took, weights=1_000)
    assert found == Estimates(
        Estimate(350.0, "2 like it"), Estimate(3_000, "2 like it"), Estimate(70, "3 like it")
    )


def test_an_adapter_takes_the_time_of_its_model_until_another_adapter_is_done() -> None:
    steps = [step("base", "model"), step("one", "adapters", "model"), step("other", "adapters", "model")]
    took = {"base": Took(60.0, 2_000, 50)}
    first = estimates_of(steps[1], steps, took, weights=1_000)
    assert first == Estimates(Estimate(60.0, "base"), Estimate(1_000, "weights", is_least=True), None)
    took["one"] = Took(90.0, 3_000, 80)
    then = estimates_of(steps[2], steps, took, weights=1_000)
    assert then == Estimates(Estimate(90.0, "one"), Estimate(3_000, "one"), Estimate(80, "one"))


def test_what_nothing_tells_is_not_known() -> None:
    assert estimates_of(step("a", "a"), [step("a", "a")], {}, None) == Estimates(None, None, None)
    assert estimates_of(step("a"), [step("a"), step("b")], {"b": Took(1.0, 1, 1)}, None).time is None


def test_totals_say_how_many_are_not_known() -> None:
    estimates = [Estimate(10.0, "a"), None, Estimate(32.0, "weights", is_least=True)]
    assert summed(estimates) == Total(42.0, 1, is_least=True)
    assert largest(estimates) == Total(32.0, 1, is_least=True)
    assert summed([None, None]) == Total(None, 2, is_least=False)
    assert largest([Estimate(10.0, "a")]) == Total(10.0, 0, is_least=False)


def test_steps_that_differ_in_their_seed_are_alike_and_no_others(prepared: Prepare) -> None:
    steps = {one.name: one for one in prepared().steps}
    assert steps["train-first-1"].like == steps["train-first-2"].like
    assert steps["train-second-1"].like == steps["train-second-2"].like
    assert steps["train-first-1"].like != steps["train-second-1"].like
    adapters = [steps[f"evaluate-{run}-{seed}"].like for run in ("first", "second") for seed in (1, 2)]
    assert len(set(adapters)) == 1
    (of_model,) = steps["evaluate-base"].like
    assert adapters[0][1] == of_model
    changed = {one.name: one for one in prepared({"limit: 3": "limit: 4"}).steps}
    assert changed["evaluate-base"].like != steps["evaluate-base"].like
    assert changed["train-first-1"].like == steps["train-first-1"].like


def test_what_finished_steps_took_is_read_from_their_states_and_files(tmp_path: Path) -> None:
    steps = [step(name) for name in ("done", "again", "other_key", "running", "nothing")]
    for one in steps[:4]:
        (tmp_path / one.name / "kept").mkdir(parents=True)
        (tmp_path / one.name / "align.json").write_bytes(b"1234")
        (tmp_path / one.name / "kept" / "weights").write_bytes(b"123")
    write_state(tmp_path, "done", StepState("key", "finished", 100.0, 160.5, 0, peak_memory=2_000))
    write_state(tmp_path, "again", StepState("key", "finished", 100.0, 160.5, 0, starts=2))
    write_state(tmp_path, "other_key", StepState("another", "finished", 100.0, 160.5, 0))
    write_state(tmp_path, "running", StepState("key", "running", 100.0))
    assert took_of(tmp_path, steps) == {"done": Took(60.5, 2_000, 7), "again": Took(None, None, 7)}


def test_states_without_a_memory_are_read(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    old = {"key": "key", "state": "finished", "started": 1.0, "ended": 3.0, "status": 0, "starts": 1}
    (tmp_path / "steps" / "old.json").write_text(json.dumps(old))
    assert took_of(tmp_path, [step("old")]) == {"old": Took(2.0, None, None)}


@pytest.mark.parametrize(("platform", "size"), [("linux", 2048 * 1024), ("darwin", 2048)])
def test_the_system_counts_memory_in_its_own_unit(
    monkeypatch: pytest.MonkeyPatch, platform: str, size: int
) -> None:
    monkeypatch.setattr(work.resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=2048))
    monkeypatch.setattr(work.sys, "platform", platform)
    assert work._peak_memory() == size


def safetensors(path: Path, **tensors: tuple[str, list[int], int]) -> None:
    """A file of weights, all 0: number format, shape and bytes of each."""
    header, end = {}, 0
    for name, (dtype, shape, size) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))


@pytest.mark.parametrize(
    ("dtype", "size"), [("float32", 4 * 16), ("bfloat16", 2 * 16), ("auto", None), ("int4", 0)]
)
def test_the_memory_of_weights_depends_on_their_number_format(tmp_path: Path, dtype: str, size: int) -> None:
    safetensors(tmp_path / "model.safetensors", a=("F32", [3, 4], 48), b=("BF16", [4], 8))
    expected = (tmp_path / "model.safetensors").stat().st_size if size is None else size or None
    assert weights_in_memory(Loaded(str(tmp_path), dtype)) == expected


@pytest.mark.parametrize("content", [b"weights", None])
def test_the_memory_of_weights_that_cannot_be_read_is_not_known(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "model.safetensors").write_bytes(content)
    assert weights_in_memory(Loaded(str(tmp_path), "float32")) is None
    assert weights_in_memory(Loaded("of-the-hub/but-not-here", "float32")) is None


def test_packed_weights_may_become_anything(tmp_path: Path) -> None:
    safetensors(tmp_path / "model.safetensors", a=("F16", [4], 8), packed=("I32", [4], 16))
    assert weights_in_memory(Loaded(str(tmp_path), "float16")) is None


def test_each_step_loads_its_model_in_the_number_format_of_its_command(
    prepared: Prepare, folder: Path
) -> None:
    safetensors(folder / "model" / "model.safetensors", a=("F32", [1000], 4000))
    found = prepared({"norms: demo": "norms: demo\ndtype: float16"})
    memory = {name: one.memory for name, one in estimates_by_name(found, {"evaluate-base"}, {}).items()}
    assert memory == {"evaluate-base": Estimate(2000, "weights", is_least=True)}
    # a trainer that is not known to load by `precision` may load by anything
    assert estimates_by_name(found, {"train-first-1"}, {})["train-first-1"].memory is None


def shown(free: int) -> list[str]:
    known = Estimates(Estimate(360.0, "2 like it"), Estimate(2e9, "2 like it"), Estimate(3e6, "2 like it"))
    least = Estimates(None, Estimate(5.38e8, "weights", is_least=True), None)
    steps = [
        Planned(step("train-sft-1"), Took(362.0, 2 * 10**9, 3 * 10**6), None),
        Planned(step("train-sft-2"), None, known),
        Planned(step("train-ppo-1"), None, least),
    ]
    return list(lines(Outlook(steps, free), with_commands=False))


def test_a_dry_run_has_a_line_for_each_step_and_totals() -> None:
    assert shown(10**9) == [
        "state  step         time         memory             disk          estimated from",
        "done   train-sft-1  6 min 2 s    2.0 GB             3.0 MB",
        "to do  train-sft-2  about 6 min  about 2.0 GB       about 3.0 MB  2 like it",
        "to do  train-ppo-1  ?            at least 538.0 MB  ?             memory: weights",
        "",
        "time    about 6 min one step after the other; not known of 1 step",
        "memory  at least 2.0 GB for the step that needs most",
        "disk    about 3.0 MB more; not known of 1 step; 1.0 GB are free",
        "1 of 3 steps are done.",
    ]


def test_a_disk_that_is_too_small_is_told() -> None:
    assert "Warning: the disk has less room than these steps need." in shown(10**6)


def test_programs_get_the_same(tmp_path: Path) -> None:
    known = Estimates(Estimate(360.0, "2 like it"), None, None)
    found = json.loads(json.dumps(as_json(Outlook([Planned(step("a"), None, known)], 5), tmp_path)))
    assert found["steps"][0] == {
        "name": "a",
        "kind": "train",
        "state": "to do",
        "command": ["align"],
        "took": None,
        "estimates": {
            "time": {"value": 360.0, "source": "2 like it", "is_least": False},
            "memory": None,
            "disk": None,
        },
    }
    assert found["totals"]["time"] == {"value": 360.0, "unknown": 0, "is_least": False}
    assert found["totals"]["free_disk"] == 5


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "0 s"),
        (45, "45 s"),
        (70, "1 min 10 s"),
        (363, "6 min"),
        (3590, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_estimated_times_are_told_roughly(seconds: float, told: str) -> None:
    assert rough(seconds) == told
