"""Experiments that are killed, ended or started twice."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments.engine import steps_to_do
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.states import log_file, read_state
from align_tasks.experiments.step import Step

from .steps import evaluate, experiment, go, ran, stages, train

pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")


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
