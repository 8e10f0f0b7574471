"""docs/tutorial.md, followed step by step in a clean environment.

``sh`` blocks are run one after the other; a ``text`` block after one holds lines of its output.
A ``python`` block with a title is the whole file of that name, as it stands in plugins/align-japan.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
FINISHED = ROOT / "plugins" / "align-japan"
BLOCK = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of the tutorial."""

    language: str
    title: str
    text: str


def blocks() -> Iterator[Block]:
    for language, title, text in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        yield Block(language, title, text)


class Shell:
    """A reader's shell: it stays in the folder that it went to, and keeps its variables."""

    def __init__(self, folder: Path, environment: Any, **variables: str) -> None:
        self.folder, self.environment = folder, environment
        self.variables = {**environment.variables, **variables}

    def run(self, commands: str) -> str:
        """Run commands; their output, both kinds, and an error that shows it when one fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f'{commands}\npwd > "$WHERE"'],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        self.folder = Path(Path(self.variables["WHERE"]).read_text().strip())
        return done.stdout


def test_a_reader_who_follows_the_tutorial_has_a_plugin_that_works(
    wheels: list[Path], environment: Any, model: Path, tmp_path: Path
) -> None:
    environment.pip(
        "install", "--no-deps", "--no-index", *(str(w) for w in wheels if "align_tasks" in w.name)
    )
    start = tmp_path / "work"
    start.mkdir()
    shell = Shell(
        start,
        environment,
        WHERE=str(tmp_path / "where"),
        CLONE=str(ROOT),
        MODEL=str(model),
        COLUMNS="100",
        PIP_NO_INDEX="1",
        PIP_NO_DEPS="1",
        PIP_NO_BUILD_ISOLATION="0",  # which is how pip spells "no isolation" in a variable
    )
    output = ""
    for block in blocks():
        if block.language == "sh":
            output = shell.run(block.text)
        elif block.language == "text":
            wanted = [line.strip() for line in block.text.splitlines() if line.strip(" …")]
            flat = " ".join(output.split())
            assert [line for line in wanted if " ".join(line.split()) not in flat] == [], output
        elif block.title:
            (shell.folder / block.title).write_text(block.text, encoding="utf-8")


def test_the_files_shown_are_those_of_the_finished_plugin() -> None:
    shown = [block for block in blocks() if block.title]
    assert {block.title for block in shown} >= {"src/align_japan/__init__.py"}
    for block in shown:
        assert block.text == (FINISHED / block.title).read_text(encoding="utf-8"), block.title
