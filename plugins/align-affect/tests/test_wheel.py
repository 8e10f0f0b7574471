"""What the wheel holds, and that it is whole without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIND_TEMPLATE = "from align_affect import TASKS; print(TASKS)"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("align_affect-*.whl"))


def test_it_holds_code_texts_and_task_files_and_no_ratings(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    folders = ("lm_eval/tasks/align_affect", "align_affect/tasks")
    files = ("_affect", "affect_us.yaml", "affect_zh.yaml")
    tasks = {f"{folder}/{file}" for folder in folders for file in files}
    texts = {f"align_affect/texts/{language}.json" for language in ("en", "zh")}
    code = {name for name in names if name.startswith("align_affect/") and name.endswith(".py")}
    assert names == tasks | texts | code | {"align_affect/py.typed"}


def test_the_template_is_found_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    _pip("install", "--no-deps", "--target", str(tmp_path), str(wheel))
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", FIND_TEMPLATE]
    found = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert Path(found.strip()) == tmp_path / "align_affect" / "tasks"
