"""What installing puts where, and that uninstalling takes it away again."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from align_tasks.task_folder import own_folder

ROOT = Path(__file__).parents[1]


def _pip(python: Path | str, *arguments: str) -> None:
    command = [str(python), "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("align_tasks-*.whl"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    venv.create(tmp_path / "env", with_pip=True)
    return tmp_path / "env" / "bin" / "python"


def _ours(fresh: Path) -> set[str]:
    site = next((fresh.parents[1] / "lib").glob("python*/site-packages"))
    return {
        str(path.relative_to(site))
        for path in site.rglob("*")
        if path.is_file() and ("align_tasks" in str(path.relative_to(site)) or "lm_eval" in path.parts)
    }


def test_task_files_are_where_lm_eval_looks_until_uninstalled(wheel: Path, fresh: Path) -> None:
    _pip(fresh, "install", "--no-deps", str(wheel))
    installed = _ours(fresh)
    tasks = {name.rpartition("/")[2] for name in installed if name.startswith("lm_eval/tasks/align_tasks/")}
    assert tasks == {path.name for path in own_folder().iterdir()}
    _pip(fresh, "uninstall", "--yes", "align-tasks")
    assert _ours(fresh) == set()


def test_the_wheel_carries_texts_and_shares_but_no_data_of_others(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "align_tasks/survey/wvs7/answers.CHN.json" in names
    assert "align_tasks/plugins/skeleton/common/pyproject.toml.txt" in names
    assert "align_tasks/norms/demo/zh.tsv" in names
    assert not [name for name in names if name.endswith((".parquet", ".csv", ".gz", ".xlsx", ".safetensors"))]
    assert sum(entry.file_size for entry in zipfile.ZipFile(wheel).infolist()) < 2_000_000
