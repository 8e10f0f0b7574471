from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.plugins.builtin import REWARDS
from align_tasks.rewards import Reward, get_reward, rewards
from align_tasks.scores import ranking_rewards
from align_tasks.scores.ranking import Ranking

TEA = Ranking("tea", "en", ("cup",), {"cup": 9, "hot": 5}, "cup")


def one_each(answers: Any) -> list[float]:
    return [1.0 for _ in answers]


def test_the_package_brings_these_and_spearman_first() -> None:
    assert list(rewards()) == ["spearman", "ndcg", "p_at_5", "neg_jsd", "format", "coverage", "rank"]
    assert get_reward("spearman").function() is ranking_rewards.spearman


@pytest.mark.parametrize("reward", REWARDS, ids=lambda reward: reward.name)
def test_every_reward_gives_a_number_for_each_answer(reward: Reward) -> None:
    score = reward.function()
    assert [type(one) for one in score([TEA, TEA, TEA])] == [float, float, float]
    assert list(score([])) == []


def test_a_plugin_brings_one_by_name_or_as_a_function(plugins: Any) -> None:
    by_name = Reward("named", f"{__name__}:one_each", summary="1")
    plugins.register(rewards=[by_name, Reward("given", one_each, summary="1")])
    assert list(rewards())[-2:] == ["named", "given"]
    assert list(get_reward("named").function()([TEA, TEA])) == [1.0, 1.0]
    assert get_reward("given").function() is one_each


def test_an_unknown_one_is_told_with_the_nearest_name_and_all() -> None:
    with pytest.raises(AlignError, match="unknown reward 'spearmen'") as told:
        get_reward("spearmen")
    assert "Is spearman meant? Rewards: spearman, ndcg, p_at_5" in str(told.value)
    with pytest.raises(AlignError) as told:
        get_reward("bleu")
    assert "meant" not in str(told.value)


def test_a_function_that_is_not_there_is_told_by_its_name() -> None:
    with pytest.raises(AlignError, match="'nowhere:score' cannot be imported"):
        Reward("broken", "nowhere:score", summary="").function()


def test_one_that_would_take_the_place_of_ours_is_left_out(plugins: Any) -> None:
    found = plugins.register(rewards=[Reward("ndcg", one_each, summary="1")])
    assert "the reward 'ndcg' is a name of align-tasks itself" in found.problems()[0]
    assert get_reward("ndcg").function() is ranking_rewards.ndcg


def test_of_two_plugins_that_claim_one_neither_is_kept(plugins: Any) -> None:
    same = [Reward("mine", one_each, summary="1")]
    found = plugins.use(plugins.origin("a", rewards=same), plugins.origin("b", rewards=same))
    assert "the reward 'mine' is also claimed by plugin 'b'" in found.problems()[0]
    assert "mine" not in rewards()
