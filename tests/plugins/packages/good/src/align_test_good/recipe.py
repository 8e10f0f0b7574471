"""The settings of the trainer."""

from __future__ import annotations

from pydantic import Field

from align_tasks.plugins import Recipe


class CopyRecipe(Recipe):
    """How to copy."""

    steps: int = Field(1, ge=0, description="How many times.")
