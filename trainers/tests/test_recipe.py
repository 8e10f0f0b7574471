from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.recipes import read_recipe
from align_trainers.sft.recipe import SFTRecipe


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"validate_every": 2.5},
            "--validate-every: 2.5 is neither a whole number of steps nor a share below 1",
        ),
        ({"keep": "last", "patience": 2}, "patience needs keep: loss or keep: p_at_5"),
        ({"rankings": 0.5, "mix": {"a": 0.5}}, "rankings and mix take all trained tokens"),
        ({"rankings": 1}, "--rankings is 1, and must be"),
        ({"method": "full", "lora_plus_ratio": 16}, "lora_plus_ratio needs method: lora"),
        ({"method": "full", "load_in_4bit": True}, "load_in_4bit needs method: lora"),
    ],
)
def test_settings_that_do_not_go_together_are_told(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(AlignError, match=told):
        read_recipe(SFTRecipe, overrides=settings)


@pytest.mark.parametrize("every", [0.1, 1, 250])
def test_measurements_come_after_steps_or_shares_of_all(every: float) -> None:
    assert read_recipe(SFTRecipe, overrides={"validate_every": every}).validate_every == every
