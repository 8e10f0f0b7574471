"""The curves of several training runs in one picture: reward, Spearman, invalid rate, divergence and more.

    python scripts/draw_runs.py RUN_FOLDER RUN_FOLDER … --output runs.svg

Reads the ``training_log.jsonl`` of each folder that `align train ppo`, `grpo` or `rloo` left.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from align_trainers.ranking.pictures import draw_runs


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("folders", type=Path, nargs="+", help="of the runs, which give them their names")
    parser.add_argument("--output", type=Path, required=True, help="SVG file")
    options = parser.parse_args()
    logs = {}
    for folder in options.folders:
        lines = (folder / "training_log.jsonl").read_text(encoding="utf-8").splitlines()
        logs[folder.name] = [json.loads(line) for line in lines]
    draw_runs(logs, options.output)


if __name__ == "__main__":
    main()
