"""Carries out one step: ``python -m align_tasks.experiments.work STEP``, in the folder of the experiment.

The engine calls it, here or on another machine that sees the folder. What the command prints goes to the log
of the step; outputs that it makes aside are put in place when it is done.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from align_tasks.experiments.states import (
    PLAN,
    StepState,
    lock_file,
    log_file,
    read_state,
    write_state,
)
from align_tasks.experiments.step import DONE, unfinished
from align_tasks.files import replace_file, sha256_of

_LOOKS = 5
_BETWEEN_LOOKS = 0.1  # seconds


def main(name: str) -> int:
    """Carry out a step of the folder that this process is in; exit status of its command."""
    output = Path.cwd()
    plan = json.loads((output / PLAN).read_text(encoding="utf-8"))
    step = plan["steps"][name]
    log_file(output, name).parent.mkdir(exist_ok=True)
    with log_file(output, name).open("ab") as log, _alone(output, name, log) as lock:
        earlier = read_state(output, name)
        if earlier is not None and earlier.key != step["key"]:
            earlier = None
        if earlier is not None and all((output / path).exists() for path in step["outputs"]):
            _note_outlived(output, name, earlier, output / step["outputs"][0])
            return 0
        again = earlier.starts if earlier is not None else 0
        state = StepState(step["key"], "running", time.time(), starts=again + 1)
        write_state(output, name, state)
        try:
            status = _carried_out(plan, step, output, log, lock)
        except OSError as error:
            with suppress(OSError):
                _tell(log, f"{error.strerror}: {error.filename or output}")
            status = 1
        ended = replace(state, state="failed" if status else "finished", ended=time.time(), status=status)
        with suppress(OSError):  # what was done is done, whether it can be noted or not
            write_state(output, name, replace(ended, peak_memory=_peak_memory()))
    return status


def _note_outlived(output: Path, name: str, state: StepState, made: Path) -> None:
    """Note the end of an earlier start that went on when the process that would have noted it was gone."""
    if state.state == "running":
        ended = made.stat().st_mtime
        write_state(output, name, replace(state, state="finished", ended=ended, status=0))


def _peak_memory() -> int | None:
    """Bytes that the largest of the processes that this one started, and of theirs, had in memory at once."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return found * (1 if sys.platform == "darwin" else 1024) or None


def _carried_out(
    plan: Mapping[str, Any], step: Mapping[str, Any], output: Path, log: IO[bytes], lock: int
) -> int:
    target = output / step["outputs"][0]
    if step["makes_folder"]:
        target = target.parent
    part = Path(unfinished(str(target)))
    _remove(part)
    part.parent.mkdir(parents=True, exist_ok=True)
    words = [word for given in step["command"] for word in _matching(step, given)]
    _tell(log, f"\n{time.strftime('%Y-%m-%d %H:%M:%S')} $ {shlex.join(('align', *words))}")
    command = [*plan["program"], *words]
    if step["prints"]:
        with part.open("wb") as printed:
            status = _run(command, plan["folder"], printed, log, lock)
    else:
        status = _run(command, plan["folder"], log, log, lock)
    if status != 0:  # what is half made shall neither count nor take up room; the engine may be gone
        for path in (part, *(output / name for name in step["outputs"])):
            _remove(path)
    elif step["makes_folder"]:
        _put_in_place(part, target, step["key"])
    elif step["prints"]:
        os.replace(part, target)
    return status


def _put_in_place(part: Path, folder: Path, key: str) -> None:
    """Note what a folder that was filled holds, and give it its name."""
    files = sorted(path for path in part.rglob("*") if path.is_file())
    hashes = {str(path.relative_to(part)): sha256_of(path) for path in files}
    replace_file(part / DONE, json.dumps({"key": key, "files": hashes}, indent=1).encode())
    _remove(folder)
    os.replace(part, folder)


def _matching(step: Mapping[str, Any], word: str) -> list[str]:
    """The folders that a word stands for, whose last part is a pattern; the word itself where it is none."""
    path = Path(word)
    if step["kind"] != "compare" or "*" not in path.name:
        return [word]
    return sorted(map(str, path.parent.glob(path.name))) or [word]


def _run(command: Sequence[str], folder: str, out: IO[bytes], err: IO[bytes], lock: int) -> int:
    """Run a command, which has the lock for as long as it lives; it is ended when this process is."""
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=(lock,)
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: process.send_signal(received))
    status = process.wait()
    if status < 0:
        _tell(err, f"ended by signal {-status} ({signal.strsignal(-status)})")
    return status if status >= 0 else 128 - status


@contextmanager
def _alone(output: Path, name: str, log: IO[bytes]) -> Iterator[int]:
    """Wait until no other process is at work on a step, such as one that outlived its engine."""
    file = lock_file(output, name)
    file.parent.mkdir(exist_ok=True)
    with file.open("ab") as handle:
        if not _locked_soon(handle):
            _tell(log, "a process of an earlier start is still at work on this step: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()


def _locked_soon(handle: IO[bytes]) -> bool:
    """Lock a file, unless a process has it for longer than `align run --status` takes to look."""
    for _ in range(_LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_BETWEEN_LOOKS)
        else:
            return True
    return False


def _tell(log: IO[bytes], text: str) -> None:
    log.write(f"{text}\n".encode())
    log.flush()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
