"""How far an experiment is, by what its steps noted."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments import showing_status, status
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.recipe import Evaluation, Experiment
from align_tasks.experiments.states import StepState, lock_file, log_file, write_state
from align_tasks.experiments.step import Step
from align_tasks.experiments.work import _alone

NOW = 10_000.0
NAMES = ("done", "running", "killed", "failed", "waiting", "outlived", "after")


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prepared]:
    """An experiment with a step at each stage; a process is at work on one of them."""
    monkeypatch.setattr(status.time, "time", lambda: NOW)
    output = tmp_path / "out"
    experiment = Experiment(name="toy", question="?", models={"m": "m"}, evaluate=[Evaluation(tasks=["t"])])
    steps = [
        Step(name, "train", "key", [name], [], [f"adapters/{name}/align.json"], like=("same",))
        for name in NAMES
    ]
    steps[-1] = Step("after", "compare", "key", [], steps[2].outputs, ["after.md"], prints=True)
    output.mkdir()
    (output / "steps.json").write_text(json.dumps({"experiment": "toy"}))
    for name in ("done", "outlived"):
        (output / "adapters" / name).mkdir(parents=True)
        (output / "adapters" / name / "align.json").write_text("{}")
    (output / "after.md").write_text("made of what is not there any more")
    write_state(output, "done", StepState("key", "finished", NOW - 1000, NOW - 600, 0))
    write_state(output, "running", StepState("key", "running", NOW - 100, starts=2))
    write_state(output, "killed", StepState("key", "running", NOW - 200))
    write_state(output, "failed", StepState("key", "failed", NOW - 300, NOW - 290, 1))
    write_state(output, "waiting", StepState("another key", "finished", NOW - 300, NOW - 290, 0))
    write_state(output, "outlived", StepState("key", "running", NOW - 300))
    write_state(output, "after", StepState("key", "finished", NOW - 300, NOW - 299, 0))
    for name, line in (("failed", "no luck today"), ("running", "step 3 of 9"), ("done", "all well")):
        log_file(output, name).parent.mkdir(exist_ok=True)
        log_file(output, name).write_text(f"before\n{line}\n")
    lock_file(output, "killed").touch()
    with lock_file(output, "running").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Prepared(experiment, tmp_path / "recipe.yaml", output, steps)


def test_each_step_is_told_as_what_it_is(prepared: Prepared) -> None:
    found = {one.step.name: one for one in status.status_of(prepared).steps}
    assert {name: one.stage for name, one in found.items()} == {
        "done": "done",
        "running": "running",
        "killed": "interrupted",
        "failed": "failed",
        "waiting": "waiting",
        "outlived": "done",
        "after": "waiting",
    }
    assert {name: one.seconds for name, one in found.items() if one.seconds is not None} == {
        "done": 400,
        "running": 100,
        "failed": 10,
    }
    assert {name: one.last_line for name, one in found.items() if one.last_line} == {
        "running": "step 3 of 9",
        "failed": "no luck today",
    }
    assert found["running"].starts == 2


def test_what_is_left_counts_what_runs_in_part(prepared: Prepared) -> None:
    found = status.status_of(prepared)
    # killed, failed and waiting take 400 s each, as the one that is done; the one that runs has 300 s to go
    assert found.left.value == 3 * 400 + 300
    assert found.left.unknown == 1


def test_people_and_programs_are_told_the_same(prepared: Prepared) -> None:
    found = status.status_of(prepared)
    told = list(showing_status.lines(found))
    assert told == [
        "state        step      time        estimate     starts  told last",
        "done         done      6 min 40 s               1",
        "running      running   1 min 40 s  about 7 min  2       step 3 of 9",
        "interrupted  killed                about 7 min  1",
        "failed       failed    10 s        about 7 min  1       no luck today",
        "waiting      waiting               about 7 min",
        "done         outlived                           1",
        "waiting      after                 ?            1",
        "",
        "7 steps: 2 done, 1 failed, 1 interrupted, 1 running, 2 waiting",
        "left: about 25 min, one step after the other; not known of 1 step",
    ]
    values = json.loads(json.dumps(showing_status.as_json(found, prepared.output)))
    assert [one["state"] for one in values["steps"]] == [one.stage for one in found.steps]
    assert values["totals"]["left"] == {"value": 1500, "unknown": 1, "is_least": False}
    assert (values["totals"]["running"], values["totals"]["starts"]) == (1, 7)


def test_looking_writes_nothing_and_lets_go_of_locks(prepared: Prepared) -> None:
    def all_files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in prepared.output.rglob("*")}

    before = all_files()
    status.status_of(prepared)
    assert all_files() == before
    with lock_file(prepared.output, "killed").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_was_not_begun_waits(prepared: Prepared, tmp_path: Path) -> None:
    elsewhere = Prepared(prepared.experiment, prepared.file, tmp_path / "nowhere", prepared.steps)
    found = status.status_of(elsewhere)
    assert {one.stage for one in found.steps} == {"waiting"}
    assert list(showing_status.lines(found))[-1] == "left: not known"
    assert not elsewhere.output.exists()


def test_the_folder_of_another_experiment_is_refused(prepared: Prepared) -> None:
    (prepared.output / "steps.json").write_text(json.dumps({"experiment": "another"}))
    with pytest.raises(AlignError, match="holds the experiment another"):
        status.status_of(prepared)


def test_a_step_that_starts_while_someone_looks_waits_for_no_other_process(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_file(prepared.output, "killed")
    with lock_file(prepared.output, "killed").open("rb") as look, log.open("ab") as told:
        fcntl.flock(look, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda seconds: fcntl.flock(look, fcntl.LOCK_UN))
        with _alone(prepared.output, "killed", told):
            assert log.read_text() == ""
