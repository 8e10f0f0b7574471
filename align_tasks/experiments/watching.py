"""What the steps of an experiment are doing, for people: while they run, before and after."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from align_tasks.experiments.states import StepState, last_line, log_file, read_state
from align_tasks.experiments.step import Step
from align_tasks.experiments.words import duration, size

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SECONDS = 0.5
FULL = 10**7
"""Bytes; with less a disk is as good as full."""


class Watch:
    """The states of an experiment's steps, as their files tell them.

    Args:
        output: folder of the experiment.
        steps: in order.
        to_do: names of those that were to be done when it began.
    """

    def __init__(self, output: Path, steps: Sequence[Step], to_do: Collection[str]) -> None:
        self.output = output
        self.steps = steps
        self.to_do = to_do
        self._began = time.time()
        self._told: dict[str, str] = {}

    def state_of(self, step: Step) -> StepState | None:
        """What became of a step since this began; None for nothing yet."""
        state = read_state(self.output, step.name)
        if state is None or state.key != step.key or step.name not in self.to_do:
            return None
        return state if (state.ended or state.started) >= self._began else None

    def states(self) -> dict[str, StepState]:
        """What became of the steps that were started."""
        found = ((step.name, self.state_of(step)) for step in self.steps)
        return {name: state for name, state in found if state is not None}

    def news(self) -> Iterator[str]:
        """A line for each step that began or ended since this was asked last."""
        for name, state in self.states().items():
            if self._told.get(name) == state.state:
                continue
            self._told[name] = state.state
            if state.state == "running":
                yield f"{name}: begins"
            else:
                took = duration((state.ended or 0) - state.started)
                yield f"{name}: {'done' if state.state == 'finished' else 'FAILED'}, {took}"

    def done(self) -> str:
        """Such as ``3 of 12 steps done``."""
        finished = [one for one in self.states().values() if one.state == "finished"]
        return f"{len(self.steps) - len(self.to_do) + len(finished)} of {len(self.steps)} steps done"

    def counts(self) -> str:
        """Such as ``3 of 12 steps done, 1 failed``."""
        failed = [one for one in self.states().values() if one.state == "failed"]
        return f"{self.done()}, {len(failed)} failed" if failed else self.done()


def follow(engine: subprocess.Popen[bytes], watch: Watch) -> int:
    """Show what happens until the engine ends; its exit status."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        return _until_the_end(engine, lambda: _print_news(watch, console))
    from rich.live import Live

    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def show() -> None:
            _print_news(watch, live.console)
            live.update(_table(watch))

        return _until_the_end(engine, show)


def _until_the_end(engine: subprocess.Popen[bytes], show: Callable[[], None]) -> int:
    while True:
        status = engine.poll()
        show()
        if status is not None:
            return status
        time.sleep(SECONDS)


def _print_news(watch: Watch, console: Console) -> None:
    for line in watch.news():
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(watch: Watch) -> Table:
    """The steps that run, for how long, and what each told last."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="ellipsis")
    for name, state in watch.states().items():
        if state.state == "running":
            told = Text(last_line(watch.output, name), no_wrap=True)
            table.add_row(name, duration(time.time() - state.started), told)
    table.add_row(Text(watch.counts(), style="bold"))
    return table


def full_disk(output: Path) -> str:
    """That the disk is as good as full, which may be why anything failed; nothing where it is not."""
    free = shutil.disk_usage(output).free
    return f"no space left on the disk of {output}, {size(free)} are free: make room" if free < FULL else ""


def why_it_failed(output: Path, name: str) -> str:
    """What a failed step told last, and where its log is."""
    return f"{name} failed: {last_line(output, name) or 'it told nothing'}\n    log: {log_file(output, name)}"
