"""What a trainer that learns to rank leaves in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from align_trainers.model import TRAINED, sort_targets
from align_trainers.ranking.pictures import Log, draw_curves, write_log


def write_folder(model: Any, log: Log, output: Path) -> None:
    """Write the adapter that was trained, the figures of the run, and their picture."""
    model.save_pretrained(str(output), selected_adapters=[TRAINED], save_embedding_layers=False)
    sort_targets(output / "adapter_config.json")
    write_log(log, output / "training_log.jsonl")
    draw_curves(log, output / "learning_curve.svg")
