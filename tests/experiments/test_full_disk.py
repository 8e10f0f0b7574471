"""An experiment on a disk that is full."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments.step import Step

from .steps import compare, evaluate, experiment, go, ran, train

pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")


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
