"""Tests run against the installed plugin, without the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["ALIGN_LOAD_PLUGINS"] = "japan"

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory of the test's own."""
    home = tmp_path / "data-home"
    monkeypatch.setenv("ALIGN_DATA", str(home))
    return home


@pytest.fixture
def shared_data() -> Path:
    """Folder of the real release files; tests that need it skip without it."""
    folder = Path(os.environ.get("ALIGN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; name their folder in ALIGN_SHARED_DATA")
    return folder
