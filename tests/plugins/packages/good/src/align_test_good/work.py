"""What is imported only when it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from align_tasks.plugins import AlignError, ImportRequest, TrainingJob, TrainingResult
from align_tasks.scores.association import WrittenAssociations
from align_tasks.scores.ranking import Ranking


def words(answer: WrittenAssociations) -> int:
    """How many words the model wrote."""
    return len(answer.words)


def brevity(answers: Sequence[Ranking]) -> list[float]:
    """Short answers are the best."""
    return [1 / max(1, len(answer.text)) for answer in answers]


def is_postcards(path: Path) -> bool:
    """Whether a file holds postcards."""
    return path.suffix == ".postcard"


def read_postcards(request: ImportRequest) -> Any:
    """Postcards hold no associations."""
    raise AlignError(f"{request.path.name} is a postcard of {request.culture}, which holds no associations")


def train(job: TrainingJob) -> TrainingResult:
    """Nothing to learn."""
    raise AlignError(f"there is nothing to copy {job.recipe.steps} times")
