from __future__ import annotations

from collections.abc import Callable
from typing import Any

from align_trainers.ppo.packing import packed_row
from align_trainers.ppo.rollout import Rollout

Make = Callable[..., Rollout]
END = 0


def test_what_rollouts_begin_with_stands_in_the_row_once(make_rollout: Make) -> None:
    tree = packed_row(
        [
            make_rollout([7, 8, 1], [20, 21, END]),
            make_rollout([7, 8, 1], [20, 22, END]),  # the same prompt and first token
            make_rollout([7, 8, 2], [20, END]),  # another prompt with the same beginning
        ]
    )
    assert tree.ids.tolist() == [[7, 8, 1, 20, 21, 22, 2, 20]]
    assert tree.positions.tolist() == [[0, 1, 2, 3, 4, 4, 2, 3]]
    assert tree.columns.tolist() == [2, 3, 4, 5, 6, 7]
    assert tree.tokens.tolist() == [20, 21, END, 20, 22, END, 20, END]
    assert tree.columns[tree.predicted_at].tolist() == [2, 3, 4, 2, 3, 5, 6, 7]


def test_a_token_sees_its_own_text_and_nothing_else(make_rollout: Make) -> None:
    tree = packed_row([make_rollout([7, 8], [20, 21, END]), make_rollout([7, 8], [20, 22, END])])
    assert tree.ids.tolist() == [[7, 8, 20, 21, 22]]
    assert tree.sees[0, 0].int().tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 1, 0, 1],
    ]


def test_equal_rollouts_cost_nothing_more(make_rollout: Make) -> None:
    one = make_rollout([7, 8], [20, 21, END])
    alone, twice = packed_row([one]), packed_row([one, one])
    assert twice.ids.tolist() == alone.ids.tolist() == [[7, 8, 20, 21]]
    assert twice.predicted_at.tolist() == 2 * alone.predicted_at.tolist()
    assert twice.tokens.tolist() == [20, 21, END] * 2


def test_a_prompt_that_begins_another_shares_its_beginning(make_rollout: Make) -> None:
    tree = packed_row([make_rollout([7, 8], [9, 20]), make_rollout([7, 8, 9], [21, 22])])
    assert tree.ids.tolist() == [[7, 8, 9, 21]]
    assert tree.columns[tree.predicted_at].tolist() == [1, 2, 2, 3]


def test_texts_that_begin_apart_share_nothing(make_rollout: Make) -> None:
    tree = packed_row([make_rollout([7, 8], [20, END]), make_rollout([9, 8], [20, END])])
    assert tree.ids.tolist() == [[7, 8, 20, 9, 8, 20]]
    assert not tree.sees[0, 0, 3:, :3].any()


def test_the_end_token_within_an_answer_is_read_like_any_other(make_rollout: Make) -> None:
    tree = packed_row([make_rollout([7, END, 8], [END, 20, END, END])])
    assert tree.ids.tolist() == [[7, END, 8, END, 20, END]]
    assert tree.columns[tree.predicted_at].tolist() == [2, 3, 4, 5]


def test_allowed_ids_stand_beside_the_place_they_follow(make_rollout: Make) -> None:
    constrained = make_rollout([7], [20, 21], [[20, 30], [21]])
    other = make_rollout([7], [30, 20], [[20, 30], [20, 40]])
    tree = packed_row([constrained, other, make_rollout([8], [50])])
    told: dict[int, Any] = dict(zip(tree.columns.tolist(), tree.allowed, strict=True))
    assert tree.ids.tolist() == [[7, 20, 30, 8]]
    assert {place: list(ids) for place, ids in told.items()} == {0: [20, 30], 1: [21], 2: [20, 40], 3: []}
