"""Real packages in ``packages/``, each built to a wheel and installed into a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hatchling import build

from align_tasks.commands import data, main
from align_tasks.plugins import loading

PACKAGES = Path(__file__).parent / "packages"
DISTRIBUTIONS = "align-test-"
MODULES = "align_test_"


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folder of each package, filled as ``pip install --target`` does; on the path, it is installed."""
    wheels, root = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    return {path.name: _install(path, wheels, root / path.name) for path in sorted(PACKAGES.iterdir())}


def _install(package: Path, wheels: Path, folder: Path) -> Path:
    here = Path.cwd()
    os.chdir(package)  # where a build backend looks for its package
    try:
        wheel = build.build_wheel(str(wheels))
    finally:
        os.chdir(here)
    with zipfile.ZipFile(wheels / wheel) as archive:
        archive.extractall(folder)
    return folder


@dataclass(frozen=True)
class Outcome:
    """What a run of `align` left: exit status, standard output, standard error, and what was logged."""

    status: int
    out: str
    err: str
    warnings: list[str]


class Align:
    """The `align` command beside packages, in this process; each run is as a fresh start."""

    def __init__(
        self,
        folders: dict[str, Path],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        self._folders, self._monkeypatch, self._capsys, self._caplog = folders, monkeypatch, capsys, caplog

    def install(self, *packages: str | Path) -> None:
        """Put packages on the path, by name or by folder."""
        for package in packages:
            self._monkeypatch.syspath_prepend(str(self._folders.get(str(package), package)))

    def start(self) -> None:
        """Forget what was loaded and told."""
        self._monkeypatch.setattr(loading, "_loaded", None)
        for module in [name for name in sys.modules if name.startswith(MODULES)]:
            del sys.modules[module]
        self._caplog.clear()

    def run(self, *arguments: str | Path) -> Outcome:
        """Run the command."""
        self.start()
        self._monkeypatch.setattr(sys, "argv", ["align", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
        out, err = self._capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err, self.warnings())

    def load(self) -> loading.Loaded:
        """Load the plugins."""
        self.start()
        return loading.loaded()

    def warnings(self) -> list[str]:
        """What was logged since the start."""
        return [record.getMessage() for record in self._caplog.records]


@pytest.fixture
def align(
    folders: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Align]:
    """`align` where no plugin is installed but those that the test installs."""
    installed = loading.installed
    monkeypatch.setattr(
        loading, "installed", lambda: [origin for origin in installed() if origin.value.startswith(MODULES)]
    )
    monkeypatch.setattr(data.import_app, "registered_commands", [*data.import_app.registered_commands])
    monkeypatch.delenv("ALIGN_LOAD_PLUGINS")
    for name, value in _surroundings(tmp_path).items():
        monkeypatch.setenv(name, value)
    running = Align(folders, monkeypatch, capsys, caplog)
    yield running
    running.start()


@pytest.fixture
def process(folders: dict[str, Path], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python in a process of its own, beside packages: arguments, and what further variables hold."""

    def run(packages: list[str], *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(str(folders[name]) for name in packages)
        names = ",".join(f"{DISTRIBUTIONS}{name.replace('_', '-')}" for name in packages)
        chosen = {"PYTHONPATH": path, "ALIGN_LOAD_PLUGINS": names} | _surroundings(tmp_path) | variables
        return subprocess.run(
            [sys.executable, *arguments], env={**os.environ, **chosen}, capture_output=True, text=True
        )

    return run


def _surroundings(folder: Path) -> dict[str, str]:
    return {"ALIGN_CACHE": str(folder / "cache"), "ALIGN_DATA": str(folder / "data"), "COLUMNS": "80"}
