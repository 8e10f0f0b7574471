"""Steps through the real engine, with a stand-in for `align` that is done at once."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments import carrying_out, prepare
from align_tasks.experiments.engine import Limits, steps_to_do
from align_tasks.experiments.planned import Outlook, outlook
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.recipe import Evaluation, Experiment
from align_tasks.experiments.states import log_file, read_state
from align_tasks.experiments.status import status_of
from align_tasks.experiments.step import Step, unfinished

pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")

EXPERIMENT = Experiment(name="toy", question="?", models={"m": "m"}, evaluate=[Evaluation(tasks=["t"])])


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in for `align`, where it notes what it did."""
    return stand_in(tmp_path / "toy", monkeypatch)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a program of its own stand in for `align`."""
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("toy.py"), folder)
    monkeypatch.setattr(prepare, "PROGRAM", (sys.executable, str(folder / "toy.py")))
    return folder


def ran(toy: Path) -> list[str]:
    """What was worked on since this was asked last, in any order."""
    file = toy / "ran"
    lines = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return sorted(lines)


def train(output: Path, name: str, *words: str, key: str = "1", after: Sequence[str] = ()) -> Step:
    path = f"adapters/{key}/{name}/align.json"
    return Step(name, "train", key, [str(output / path), "file", *words], list(after), [path])


def evaluate(output: Path, name: str, *words: str, key: str = "1", after: Sequence[str] = ()) -> Step:
    path = f"results/{key}/{name}"
    command = [str(output / unfinished(path)), "folder", *words]
    return Step(name, "evaluate", key, command, list(after), [f"{path}/step.json"], makes_folder=True)


def compare(name: str, after: Sequence[str], key: str = "1") -> Step:
    return Step(name, "compare", key, [name], list(after), [f"comparison/{name}.md"], prints=True)


def experiment(toy: Path, make: Callable[[Path], list[Step]]) -> Prepared:
    output = toy.parent / "out"
    (toy / "recipe.yaml").write_text("name: toy\n")
    return Prepared(EXPERIMENT, toy / "recipe.yaml", output, make(output))


def whole(output: Path, *words: str, key: str = "1") -> list[Step]:
    """Base, two trainings of which one starts from the other, their evaluations, and a comparison."""
    base = evaluate(output, "base")
    first = train(output, "first", *words, key=key)
    second = train(output, "second", key=key, after=first.outputs)
    other = train(output, "other")
    asked = [
        evaluate(output, f"asked-{one.name}", key=one.key, after=[*one.outputs, *base.outputs])
        for one in (first, second, other)
    ]
    table = compare("table", [path for one in (base, *asked) for path in one.outputs], key=key)
    return [base, first, second, other, *asked, table]


def go(prepared: Prepared, told: list[str] | None = None) -> None:
    carrying_out.carry_out(prepared, Limits(cores=1), (told if told is not None else []).append)


def to_do(found: Outlook) -> list[str]:
    """Names of the steps that are not done."""
    return [one.step.name for one in found.steps if one.estimates is not None]


def stages(prepared: Prepared) -> dict[str, str]:
    """What `align run --status` tells of each step."""
    return {one.step.name: one.stage for one in status_of(prepared).steps}


EVERYTHING = [
    "align.json",
    "align.json",
    "align.json",
    "asked-first.unfinished",
    "asked-other.unfinished",
    "asked-second.unfinished",
    "base.unfinished",
    "table",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole experiment when it is done, and of the stand-in that did it."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as monkeypatch:
        stand_in(folder / "toy", monkeypatch)
        prepared = experiment(folder / "toy", whole)
        assert to_do(outlook(prepared, 1)) == [step.name for step in prepared.steps]
        assert not prepared.output.exists()
        go(prepared)
    return folder


@pytest.fixture
def done(finished: Path, toy: Path) -> Prepared:
    """The whole experiment when it is done, moved to another folder, every file with a new time."""
    shutil.copytree(finished / "out", toy.parent / "out", copy_function=shutil.copyfile)
    return experiment(toy, whole)


def test_everything_is_done_once_and_whole(finished: Path) -> None:
    assert ran(finished / "toy") == EVERYTHING
    assert (finished / "out" / "comparison" / "table.md").read_text() == "printed\n"
    assert not list((finished / "out").rglob("*.unfinished"))


def test_what_is_done_is_not_done_again_even_where_the_folder_was_moved(done: Prepared, toy: Path) -> None:
    told: list[str] = []
    go(done, told)
    assert ran(toy) == []
    assert told[0] == "All 8 steps are done already."
    before = {path: path.stat().st_mtime_ns for path in done.output.rglob("*")}
    assert to_do(outlook(done, 1)) == []
    assert {one.stage for one in status_of(done).steps} == {"done"}
    assert {path: path.stat().st_mtime_ns for path in done.output.rglob("*")} == before


def test_an_input_with_other_content_makes_what_depends_on_it(done: Prepared, toy: Path) -> None:
    (done.output / "adapters" / "1" / "other" / "align.json").write_text("changed")
    go(done)
    assert ran(toy) == ["asked-other.unfinished", "table"]


def test_what_is_missing_is_made_again_and_nothing_else(done: Prepared, toy: Path) -> None:
    shutil.rmtree(done.output / "results" / "1" / "asked-other")
    (done.output / "comparison" / "table.md").unlink()
    assert to_do(outlook(done, 1)) == ["asked-other", "table"]
    waiting = [one.step.name for one in status_of(done).steps if one.stage == "waiting"]
    assert waiting == ["asked-other", "table"]
    go(done)
    assert ran(toy) == ["asked-other.unfinished", "table"]


def test_a_change_makes_what_depends_on_it_and_going_back_finds_what_was_there(
    done: Prepared, toy: Path
) -> None:
    go(experiment(toy, lambda output: whole(output, key="2")))
    assert ran(toy) == ["align.json"] * 2 + ["asked-first.unfinished", "asked-second.unfinished", "table"]
    go(done)
    assert ran(toy) == ["table"]


def test_what_does_not_depend_on_a_failed_step_is_done_and_the_end_says_how_to_go_on(toy: Path) -> None:
    def steps(output: Path) -> list[Step]:
        *most, _ = whole(output, "fails")
        return [*most, evaluate(output, "half", "fails")]

    prepared = experiment(toy, steps)
    with pytest.raises(AlignError) as caught:
        go(prepared)
    done = ["align.json", "align.json", "asked-other.unfinished", "base.unfinished", "half.unfinished"]
    assert ran(toy) == done
    told = str(caught.value)
    assert "3 of 8 steps done, 2 failed" in told
    assert "first failed: no luck today" in told
    assert f"log: {log_file(prepared.output, 'first')}" in told
    assert "wait for these: second, asked-first, asked-second\n" in told
    assert "The same command goes on" in told
    results, adapters = (prepared.output / name / "1" for name in ("results", "adapters"))
    assert not (adapters / "first" / "align.json").exists()
    assert not list((results / "half").glob("*"))
    (toy / "mended").touch()
    go(prepared)
    assert ran(toy) == [
        *["align.json"] * 2,
        *(f"{n}.unfinished" for n in ("asked-first", "asked-second", "half")),
    ]
    assert sorted(path.name for path in (results / "half").iterdir()) == ["results.json", "step.json"]


RUN = """
import sys, pickle
from pathlib import Path
from align_tasks.experiments import carrying_out, prepare
from align_tasks.experiments.engine import Limits
prepare.PROGRAM = (sys.executable, sys.argv[2])
prepared = pickle.loads(Path(sys.argv[1]).read_bytes())
carrying_out.carry_out(prepared, Limits(cores=1), print)
"""


def in_a_process(prepared: Prepared, toy: Path) -> subprocess.Popen[bytes]:
    """The experiment in processes of their own, all in one group."""
    import pickle

    (toy / "prepared").write_bytes(pickle.dumps(prepared))
    command = [sys.executable, "-c", RUN, str(toy / "prepared"), str(toy / "toy.py")]
    return subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)


def until(happens: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(prepared: Prepared, name: str) -> bool:
    state = read_state(prepared.output, name)
    return (
        state is not None and state.state == "running" and log_file(prepared.output, name).stat().st_size > 0
    )


def is_free(lock: Path) -> bool:
    """Whether no process has a lock."""
    with lock.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize(
    ("send", "number"),
    [(os.killpg, signal.SIGKILL), (os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)],
)
def test_killed_or_interrupted_in_mid_step_the_same_command_finishes(
    toy: Path, send: Callable[[int, int], None], number: signal.Signals
) -> None:
    def steps(output: Path) -> list[Step]:
        base = evaluate(output, "base")
        return [base, evaluate(output, "slow", "waits", after=base.outputs)]

    (toy / "wait").touch()
    prepared = experiment(toy, steps)
    process = in_a_process(prepared, toy)
    until(lambda: "slow.unfinished" in (toy / "ran").read_text() if (toy / "ran").exists() else False)
    assert stages(prepared) == {"base": "done", "slow": "running"}
    send(process.pid, number)
    assert process.wait(timeout=60) != 0
    until(lambda: is_free(prepared.output / "steps" / "slow.lock"))  # nothing works on it any more
    assert ran(toy) == ["base.unfinished", "slow.unfinished"]
    ended = "interrupted" if number == signal.SIGKILL else "failed"
    assert stages(prepared) == {"base": "done", "slow": ended}
    assert not list((prepared.output / "results" / "1" / "slow").glob("*"))
    assert steps_to_do(prepared.output, prepared.output / "steps.json") == {"slow"}
    (toy / "wait").unlink()
    go(prepared)
    assert ran(toy) == ["slow.unfinished"]
    state = read_state(prepared.output, "slow")
    assert state is not None
    assert (state.state, state.starts) == ("finished", 2)


def test_a_step_that_outlived_its_engine_is_waited_for_and_not_done_twice(toy: Path) -> None:
    prepared = experiment(toy, lambda output: [train(output, "slow", "waits")])
    (toy / "wait").touch()
    process = in_a_process(prepared, toy)
    until(lambda: is_running(prepared, "slow") and (toy / "ran").exists())
    engine = child_of(process.pid)
    process.kill()
    os.kill(engine, signal.SIGKILL)
    process.wait()
    again = in_a_process(prepared, toy)
    until(lambda: b"still at work on this step" in log_file(prepared.output, "slow").read_bytes())
    (toy / "wait").unlink()
    assert again.wait(timeout=60) == 0
    assert ran(toy) == ["align.json"]


def child_of(process: int) -> int:
    (found,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(found)


def test_two_at_once_are_refused(toy: Path) -> None:
    prepared = experiment(toy, lambda output: [train(output, "slow", "waits")])
    (toy / "wait").touch()
    process = in_a_process(prepared, toy)
    until(lambda: (toy / "ran").exists())
    with pytest.raises(AlignError, match="another `align run` is at work"):
        go(prepared)
    (toy / "wait").unlink()
    assert process.wait(timeout=60) == 0


def test_the_folder_of_another_experiment_is_left_alone(toy: Path) -> None:
    prepared = experiment(toy, lambda output: [train(output, "first")])
    go(prepared)
    other = replace(prepared, experiment=EXPERIMENT.model_copy(update={"name": "other"}))
    with pytest.raises(AlignError, match="holds the experiment toy"):
        go(other)
    shutil.rmtree(prepared.output)
    prepared.output.mkdir()
    (prepared.output / "thesis.tex").write_text("mine")
    with pytest.raises(AlignError, match="holds something else"):
        go(prepared)


def test_steps_run_in_the_order_of_the_plan(toy: Path) -> None:
    def steps(output: Path) -> list[Step]:
        trained = [train(output, name) for name in ("second", "first", "third")]
        asked = [evaluate(output, f"asked-{one.name}", after=one.outputs) for one in trained]
        return [step for pair in zip(trained, asked, strict=True) for step in pair]

    prepared = experiment(toy, steps)
    go(prepared)
    started = {step.name: read_state(prepared.output, step.name) for step in prepared.steps}
    in_order = sorted(started, key=lambda name: getattr(started[name], "started", 0))
    assert in_order == [step.name for step in prepared.steps]


def test_a_finished_step_noted_how_much_memory_it_had(finished: Path) -> None:
    state = read_state(finished / "out", "first")
    assert state is not None
    assert state.peak_memory is not None
    assert 10**6 < state.peak_memory < 10**9


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting takes root's rights")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


DISK = 2**22


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
@pytest.mark.parametrize(("room", "done"), [(8_000, []), (330_000, ["base.unfinished"])])
def test_when_the_disk_is_full_the_end_says_so_and_with_room_the_same_command_finishes(
    toy: Path, small_disk: Path, room: int, done: list[str]
) -> None:
    def steps(output: Path) -> list[Step]:
        base = evaluate(output, "base", "large")
        first = train(output, "first", "large")
        asked = evaluate(output, "asked", "large", after=[*first.outputs, *base.outputs])
        return [base, first, asked, compare("table", asked.outputs)]

    undisturbed = experiment(toy, steps)
    go(undisturbed)
    everything = ran(toy)
    output = small_disk / "out"
    prepared = replace(undisturbed, output=output, steps=steps(output))
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(DISK - room))
    with pytest.raises(AlignError, match=r"[Nn]o space left on") as caught:
        go(prepared)
    assert str(output) in str(caught.value)
    whole_ones = made(undisturbed.output)
    assert made(output).items() <= whole_ones.items()
    assert [name for name in ran(toy) if f"results/1/{Path(name).stem}/step.json" in made(output)] == done
    ballast.unlink()
    go(prepared)
    assert sorted([*ran(toy), *done]) == everything
    assert made(output) == whole_ones


def made(output: Path) -> dict[str, bytes]:
    """What an experiment has made, by path."""
    folders = ("adapters", "results", "comparison")
    files = [path for folder in folders for path in (output / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(output)): path.read_bytes() for path in files}
