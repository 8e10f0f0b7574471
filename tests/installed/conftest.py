"""A clean environment: everything that align-tasks depends on, and nothing of align-tasks or its plugins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = (
    ROOT,
    ROOT / "trainers",
    *(ROOT / "plugins" / name for name in ("align-japan", "align-opinions", "align-affect")),
)
OWN = Path(sysconfig.get_path("purelib"))


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own, and how commands run in it."""

    folder: Path
    variables: Mapping[str, str]

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        return next((self.folder / "lib").glob("python*/site-packages"))

    def run(self, *command: str, cwd: Path | None = None, fails: bool = False) -> str:
        """Run one of its commands; standard output, or standard error of one that `fails` with status 1."""
        done = subprocess.run(
            [str(self.folder / "bin" / command[0]), *command[1:]],
            env=dict(self.variables),
            cwd=cwd,
            capture_output=True,
            text=True,
        )
        assert done.returncode == fails, done.stderr
        return done.stderr if fails else done.stdout

    def pip(self, *arguments: str) -> None:
        """Run its pip, which looks at no index."""
        quiet = ("--quiet", "--disable-pip-version-check")
        self.run("python", "-m", "pip", *arguments, *quiet)

    def link(self, *names: str) -> None:
        """Put packages of the running environment back, with what is recorded of them."""
        for name in names:
            for folder in (OWN / name, *OWN.glob(f"{name}-*.dist-info")):
                shutil.copytree(folder, self.packages / folder.name, copy_function=_link, ignore=_ours)

    def files(self) -> set[str]:
        """Every file of its packages and commands, but for caches."""
        found = [*self.packages.rglob("*"), *(self.folder / "bin").iterdir()]
        return {
            str(path.relative_to(self.folder))
            for path in found
            if path.is_file() and "__pycache__" not in path.parts
        }


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Wheels of align-tasks, of the trainers and of the plugins here, built as a release is."""
    folder = tmp_path_factory.mktemp("wheels")
    build = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, *build, *map(str, PROJECTS)], check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A clean environment; its packages are those of the running one, linked, without ours."""
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ALIGN_")}
    variables |= {
        "ALIGN_DATA": str(tmp_path / "data"),
        "ALIGN_CACHE": str(tmp_path / "cache"),
        "HF_HUB_OFFLINE": "1",
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(folder),
    }
    made = Environment(folder, variables)
    shutil.copytree(OWN, made.packages, copy_function=_link, ignore=_ours, dirs_exist_ok=True, symlinks=True)
    for name in ("lm_eval", "pytest", "ruff"):
        _copy_command(Path(sysconfig.get_path("scripts")) / name, folder / "bin" / name)
    return made


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _ours(folder: str, names: list[str]) -> set[str]:
    """What is of align-tasks and plugins, or of the environment that they are installed in."""
    inside = Path(folder).name
    is_tasks = inside == "tasks" and Path(folder).parent.name == "lm_eval"
    is_top = inside == "site-packages"
    return {
        name
        for name in names
        if (is_tasks or is_top) and name.startswith(("align_", "_editable_impl_align", "__editable__"))
    }


def _copy_command(source: Path, target: Path) -> None:
    """A command of the running environment, as one of the new."""
    content = source.read_bytes()
    if content.startswith(b"#!"):
        rest = content.partition(b"\n")[2]
        target.write_bytes(b"#!" + str(target.with_name("python")).encode() + b"\n" + rest)
        target.chmod(0o755)
    else:
        shutil.copy2(source, target)
