"""What the demo does with which model, and where everything it makes lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CULTURE = "us"
NORMS = "demo"
TASKS = ("swow_us", "swow_us_rank", "wvs_tension")


@dataclass(frozen=True)
class Lesson:
    """A short training.

    Attributes:
        headline: of its part of the demo.
        time: about how long it takes on two processor cores.
        settings: of its recipe; the others have their defaults.
    """

    headline: str
    time: str
    settings: Mapping[str, Any]


LESSONS = {
    "sft": Lesson(
        "SFT: learning from the words that stand in the norms",
        "about a minute and a half",
        {
            "norms": NORMS,
            "rankings": 0.5,
            "max_steps": 12,
            "batch_size": 8,
            "validation_cues": 8,
            "ranking_validation_cues": 8,
            "validate_every": 4.0,
            "keep": "last",
        },
    ),
    "ppo": Lesson(
        "PPO: learning to rank words from rewards, beginning with what SFT made",
        "about two minutes",
        {
            "norms": NORMS,
            "rollouts": "constrained",
            "max_steps": 5,
            "rollout_batch_size": 32,
            "minibatch_size": 16,
            "validation_cues": 8,
            "validate_every": 1,
        },
    ),
}


@dataclass(frozen=True)
class Plan:
    """One demo.

    Attributes:
        model: folder of the model.
        output: folder of everything that the demo makes.
        limit: rows of each task.
        lessons: by trainer; each starts from the adapter of the one before.
    """

    model: Path
    output: Path
    limit: int
    lessons: Mapping[str, Lesson]

    @property
    def results(self) -> Path:
        """Folder of the results and samples files."""
        return self.output / "results"

    @property
    def page(self) -> Path:
        """The comparison as a page."""
        return self.output / "comparison.html"

    @property
    def adapters(self) -> dict[str, Path]:
        """Folder of the adapter of each trainer, which is called after all that it went through."""
        names = list(self.lessons)
        return {
            name: self.output / "adapters" / "-".join(names[: place + 1]) for place, name in enumerate(names)
        }
