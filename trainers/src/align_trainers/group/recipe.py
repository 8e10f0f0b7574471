"""Every setting of ``align train grpo`` and ``align train rloo``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from align_trainers.ranking.recipe import RankingRecipe


class GroupRecipe(RankingRecipe):
    """Settings of a trainer that compares the answers to a question with each other."""

    samples_per_question: int = Field(
        4, ge=2, description="Answers sampled to each question of a step, which are compared with each other."
    )


class GRPORecipe(GroupRecipe):
    """Settings of group relative policy optimization (arXiv 2402.03300), by TRL."""

    scale_rewards: Literal["group", "batch", "none"] = Field(
        "group",
        description="Divide advantages by the standard deviation of the rewards: of those to the same "
        "question, of all in the step, or not at all.",
    )


class RLOORecipe(GroupRecipe):
    """Settings of REINFORCE leave-one-out (arXiv 2402.14740), by TRL."""

    normalise_advantages: bool = Field(
        False, description="Shift and scale the advantages of a step to mean 0 and standard deviation 1."
    )
