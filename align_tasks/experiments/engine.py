"""The workflow engine: Snakemake, started on the steps of an experiment. See docs/experiments.md for why."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from align_tasks.errors import AlignError

RULES = Path(__file__).parent / "Snakefile"
LOG = "engine.log"
LOCK = ".lock"
INSTALL = "pip install 'align-tasks[run]' (in a clone: pip install '.[run]')"
TRIGGERS = ("params", "input")
"""What makes a step run again beside a missing output and an input with other content."""


@dataclass(frozen=True)
class Limits:
    """Where steps run, and how many at once.

    Attributes:
        cores: of this machine, for all steps that run at once.
        memory_gb, gpus: likewise; None for no limit.
        executor: plugin of Snakemake that runs steps elsewhere; None for this machine.
        jobs: steps that an executor is given at once.
        profile: folder with further options of Snakemake, such as those of a cluster.
    """

    cores: int
    memory_gb: float | None = None
    gpus: int | None = None
    executor: str | None = None
    jobs: int = 100
    profile: Path | None = None


def program() -> list[str]:
    """How Snakemake is called: that of this environment, or of another, such as one of its own.

    Raises:
        AlignError: there is none; says what to install.
    """
    if find_spec("snakemake") is not None:
        return [sys.executable, "-m", "snakemake"]
    if (found := shutil.which("snakemake")) is not None:
        return [found]
    older = " with Python 3.11 or newer" if sys.version_info < (3, 11) else ""
    raise AlignError(
        "align run needs Snakemake, which is not installed", hint=f"Install it{older}: {INSTALL}"
    )


def steps_to_do(output: Path, plan: Path) -> set[str]:
    """Names of the steps that would run now.

    Args:
        output: folder of the experiment.
        plan: file of the steps.

    Raises:
        AlignError: the engine cannot read the steps.
    """
    command = [*_command(output), "--dry-run", "--summary", "--config", f"plan={plan}"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AlignError(f"Snakemake cannot read the steps: {done.stderr.strip()[-2000:]}")
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    header = rows[0]
    rule, planned = header.index("rule"), header.index("plan")
    return {row[rule] for row in rows[1:] if row[planned] != "no update"}


@contextmanager
def held(output: Path) -> Iterator[int]:
    """Keep other runs out of an experiment's folder; gives the lock, which lasts while any process has it.

    Raises:
        AlignError: another run is at work there, or the folder cannot be made.
    """
    import fcntl

    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = (output / LOCK).open("ab")
    except OSError as error:
        raise AlignError(f"cannot write to {output}: {error.strerror or error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlignError(f"another `align run` is at work in {output} right now") from None
        yield lock.fileno()


def start(output: Path, limits: Limits, lock: int) -> subprocess.Popen[bytes]:
    """Start the engine in an experiment's folder; it tells what it does in its log, and keeps the lock."""
    command = [*_command(output), *_options(limits)]
    with (output / LOG).open("ab") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lock,))


def _command(output: Path) -> list[str]:
    rules = ["--snakefile", str(RULES), "--directory", str(output)]
    return [*program(), *rules, "--rerun-triggers", *TRIGGERS, "--nolock"]


def _options(limits: Limits) -> Iterator[str]:
    yield from ("--keep-going", "--rerun-incomplete", "--scheduler", "greedy", "--cores", str(limits.cores))
    resources = []
    if limits.memory_gb is not None:
        resources.append(f"mem_mb={round(limits.memory_gb * 1000)}")
    if limits.gpus is not None:
        resources.append(f"gpu={limits.gpus}")
    if resources:
        yield from ("--resources", *resources)
    if limits.executor is not None:
        yield from ("--executor", limits.executor, "--jobs", str(limits.jobs))
    if limits.profile is not None:
        yield from ("--workflow-profile", str(limits.profile))
