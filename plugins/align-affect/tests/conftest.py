from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from align_affect.ratings import ratings_of


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory of the test's own, from which nothing is remembered."""
    home = tmp_path / "data-home"
    monkeypatch.setenv("ALIGN_DATA", str(home))
    ratings_of.cache_clear()
    yield home
    ratings_of.cache_clear()
