"""Where tables and cached models live on disk."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """Folder of the imported tables: ``ALIGN_DATA``, else the user's data directory."""
    named = os.environ.get("ALIGN_DATA")
    return Path(named).expanduser() if named else platformdirs.user_data_path("align-tasks")


def cache_dir() -> Path:
    """Folder of what can be made again, such as the demo model: ``ALIGN_CACHE``, else the user's cache."""
    named = os.environ.get("ALIGN_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("align-tasks")
