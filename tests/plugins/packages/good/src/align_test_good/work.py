"""What is imported only when it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from align_tasks.errors import AlignError
from align_tasks.readers.reader import ImportRequest
from align_tasks.scores.association import WrittenAssociations


def words(answer: WrittenAssociations) -> int:
    """How many words the model wrote."""
    return len(answer.words)


def is_postcards(path: Path) -> bool:
    """Whether a file holds postcards."""
    return path.suffix == ".postcard"


def read_postcards(request: ImportRequest) -> Any:
    """Postcards hold no associations."""
    raise AlignError(f"{request.path.name} is a postcard of {request.culture}, which holds no associations")


def train(**settings: Any) -> None:
    """Nothing to learn."""
