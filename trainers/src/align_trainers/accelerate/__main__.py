"""Print the folder of the configurations, for ``accelerate launch --config_file``."""

from __future__ import annotations

from pathlib import Path

if __name__ == "__main__":
    print(Path(__file__).parent)
