"""Carrying out an experiment: the engine runs what is missing, and the end says what there is."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from align_tasks.errors import AlignError
from align_tasks.experiments.engine import LOG, Limits, held, start, steps_to_do
from align_tasks.experiments.prepare import Prepared, write_plan
from align_tasks.experiments.states import PLAN
from align_tasks.experiments.watching import Watch, follow, full_disk, why_it_failed

Tell = Callable[[str], None]


def carry_out(prepared: Prepared, limits: Limits, tell: Tell) -> None:
    """Do what is missing.

    Raises:
        AlignError: a step failed, or it was interrupted; says what is missing, and how to go on.
    """
    with held(prepared.output) as lock:
        write_plan(prepared, limits.cores)
        to_do = steps_to_do(prepared.output, prepared.output / PLAN)
        if to_do:
            tell(f"{len(to_do)} of {len(prepared.steps)} steps are to be done in {prepared.output}")
            _run(prepared, limits, Watch(prepared.output, prepared.steps, to_do), lock)
        else:
            tell(f"All {len(prepared.steps)} steps are done already.")
    for line in _left(prepared):
        tell(line)


def _run(prepared: Prepared, limits: Limits, watch: Watch, lock: int) -> None:
    with _like_ctrl_c(signal.SIGTERM):
        engine = start(prepared.output, limits, lock)
        try:
            status = follow(engine, watch)
        except KeyboardInterrupt:
            _end(engine)
            hint = "The same command goes on where it was."
            raise AlignError(f"interrupted: {watch.done()}", hint=hint) from None
    if status != 0:
        raise _failure(prepared, watch)


@contextmanager
def _like_ctrl_c(number: signal.Signals) -> Iterator[None]:
    """Have a signal interrupt, so that the engine is ended, too, when another program ends this one."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _end(engine: subprocess.Popen[bytes]) -> None:
    """Have the engine begin no further step, end those at work on this machine, and wait for it."""
    import psutil

    engine.send_signal(signal.SIGTERM)
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(engine.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                process.terminate()
    try:
        engine.wait(timeout=60)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        engine.kill()
        engine.wait()


def _failure(prepared: Prepared, watch: Watch) -> AlignError:
    states = watch.states()
    failed = [name for name, state in states.items() if state.state != "finished"]
    waiting = [step.name for step in prepared.steps if step.name in watch.to_do and step.name not in states]
    told = [full_disk(prepared.output), *(why_it_failed(prepared.output, name) for name in failed)]
    if not failed:
        told.append(f"the engine failed; see {prepared.output / LOG}")
    elif waiting:
        told.append(f"not done, since they wait for these: {', '.join(waiting)}")
    told.append("The same command goes on with what is missing.")
    counts = f"{watch.done()}, {len(failed)} failed"
    return AlignError(counts, hint="\n  ".join(filter(None, told)))


def _left(prepared: Prepared) -> Iterator[str]:
    """Where to look."""
    for step in prepared.steps:
        if step.kind == "compare":
            yield from (f"{step.name}: {prepared.output / path}" for path in step.outputs)
    yield f"align report {prepared.output} makes a page of it"
