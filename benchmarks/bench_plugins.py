"""Start of `align` with 30 plugins installed beside none, in one run.

    python benchmarks/bench_plugins.py
    python benchmarks/bench_plugins.py --plugins 100 --repeats 20

Plugins are real packages, built to wheels and unpacked: each brings a culture, a metric and a command. Every
run is a process of its own; runs without and with plugins take turns, so that other work on the machine falls
on both. Seconds are medians and include the start of Python. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from hatchling import build

COMMANDS = (("--help",), ("plugins",))

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "align-bench-{number}"
version = "1.0"

[project.entry-points.align_tasks]
bench{number} = "align_bench_{number}"
"""

MODULE = '''
from align_tasks.plugins import Command, Culture, Metric, hookimpl


@hookimpl
def register_cultures(register):
    register(Culture("bench{number}", "en", "USA"))


@hookimpl
def register_metrics(register):
    register(Metric("association", "bench{number}", "align_bench_{number}:score"))


@hookimpl
def register_commands(register):
    register(Command("bench{number}", run))


def score(answer):
    return 0.0


def run(name: str = "you") -> None:
    """Do nothing."""
'''


def main() -> None:
    """Install, take turns, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plugins", type=int, default=30, metavar="N", help="how many to install")
    parser.add_argument("--repeats", type=int, default=15, metavar="N", help="runs of each command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        names = [_install(number, Path(folder), site) for number in range(arguments.plugins)]
        without = {**os.environ, "ALIGN_LOAD_PLUGINS": ""}
        beside = {**os.environ, "PYTHONPATH": str(site), "ALIGN_LOAD_PLUGINS": ",".join(names)}
        _check(without, 0)
        _check(beside, arguments.plugins)
        print(f"Medians of {arguments.repeats} runs, Python {sys.version.split()[0]}\n")
        print(f"| | no plugin, s | {arguments.plugins} plugins, s | ratio | ms a plugin |")
        print("|---|---:|---:|---:|---:|")
        for command in COMMANDS:
            few, many = _medians(command, arguments.repeats, without, beside)
            each = 1000 * (many - few) / arguments.plugins
            print(f"| align {' '.join(command)} | {few:.3f} | {many:.3f} | {many / few:.2f} | {each:.1f} |")


def _install(number: int, folder: Path, site: Path) -> str:
    """Build one plugin and unpack its wheel, as pip does; its name."""
    package = folder / f"package{number}"
    package.mkdir()
    (package / "pyproject.toml").write_text(PROJECT.format(number=number))
    (package / f"align_bench_{number}.py").write_text(MODULE.format(number=number))
    os.chdir(package)
    wheel = build.build_wheel(str(folder))
    os.chdir(folder)
    with zipfile.ZipFile(folder / wheel) as archive:
        archive.extractall(site)
    return f"bench{number}"


def _check(environment: dict[str, str], plugins: int) -> None:
    """Refuse to measure what is not so; a first run also writes Python's caches."""
    done = _run(("plugins", "--json"), environment)
    loaded = [plugin["name"] for plugin in json.loads(done) if plugin["status"] == "loaded"]
    if len(loaded) != plugins + 1:
        raise SystemExit(f"{plugins} plugins and the package's own are to be loaded, not {', '.join(loaded)}")


def _medians(command: tuple[str, ...], repeats: int, *environments: dict[str, str]) -> list[float]:
    """Seconds of a command in each environment, which take turns."""
    seconds: list[list[float]] = [[] for _ in environments]
    for _ in range(repeats):
        for environment, taken in zip(environments, seconds, strict=True):
            start = time.perf_counter()
            _run(command, environment)
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]


def _run(command: tuple[str, ...], environment: dict[str, str]) -> str:
    whole = [sys.executable, "-m", "align_tasks", *command]
    return subprocess.run(whole, env=environment, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
