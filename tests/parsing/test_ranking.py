from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_tasks.parsing import parse_ranking

CANDIDATES = ["car", "carpet", "ice cream", "don't know"]


@pytest.mark.parametrize(
    "text",
    [
        "carpet, ice cream, car, don't know",
        "carpet > ice cream > car > don’t know",
        "1. Carpet\n2. Ice cream\n3. Car\n4. Don't know",
        "Final ranking: carpet, ice cream, car, don't know",
        "car and don't know are weak, carpet and ice cream strong.\n\nFinal ranking:\n"
        "1. carpet\n2. ice cream\n3. car\n4. don't know\n\nThe car and the carpet were hard to place.",
        "car is weak.\ncarpet is strong, don't know is odd, ice cream is good.\n"
        "**Final ranking:**\ncarpet\nice cream\ncar\ndon't know",
        "1. carpet (better than car)\n2. ice cream - unlike car\n3. car: fine\n4. don't know",
        "Word: floor\nList: car, carpet, don't know, ice cream\nOrder: carpet, ice cream, car, don't know",
        "carpet\n\nice cream\n\ncar\n\ndon't know",
        "<think>car, carpet, ice cream, don't know</think>carpet, ice cream, car, don't know",
        "carpet, ice cream, car, don't know\n\nWord: sky\nList: moon\nOrder: moon",
        "carpet, ice cream, carpets, ice-cream, car, don't know, carpet",
    ],
)
def test_rankings_in_english(text: str) -> None:
    assert parse_ranking(text, CANDIDATES, "en") == ["carpet", "ice cream", "car", "don't know"]


@pytest.mark.parametrize(
    "text",
    [
        "河流、河、鱼、KTV",
        "1. 河流\n2. 河\n3. 鱼\n4. ktv",
        "①河流②河③鱼④KTV",
        "我先想想：鱼和河都很近，河流也是，KTV最远。\n\n最终排序：\n1. 河流\n2. 河\n3. 鱼\n4. KTV",
        "鱼不错，KTV不行，河一般，河流很好。\n最终排序：河流、河、鱼、KTV\n希望对你有帮助！",
        "河流很近，然后河，再是鱼，最后是KTV",
        "河流、河、魚、KTV",
    ],
)
def test_rankings_in_chinese(text: str) -> None:
    assert parse_ranking(text, ["河", "河流", "ktv", "鱼"], "zh") == ["河流", "河", "鱼", "ktv"]


def test_a_candidate_left_out_is_not_named() -> None:
    assert parse_ranking("1. carpet\n2. bus", CANDIDATES, "en") == ["carpet"]


@pytest.mark.parametrize("text", ["", "I cannot rank words.", "scary carpets, cars"])
def test_a_ranking_without_candidates_is_invalid(text: str) -> None:
    assert parse_ranking(text, CANDIDATES, "en") == []


def test_candidates_come_back_as_given() -> None:
    assert parse_ranking("fish, RIVER", ["River", "Fish", "river", ""], "en") == ["Fish", "River"]


SCRAPS = [
    *'水河鱼 \n\t\u3000、，,;>/|·•-*().（）：:①②。！?"“[]',
    *("1. ", "2、", "- ", "**", " - ", "->", "Word:", "問題：", "<think>", "</think>"),
    *("dog", "ice cream", "Final ranking: ", "最终排序："),
]
RANKINGISH = st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join)


@given(RANKINGISH | st.text(), st.sampled_from(["en", "zh"]))
def test_a_ranking_names_each_candidate_once_at_most(text: str, language: str) -> None:
    candidates = ["dog", "ice cream", "水", "河"]
    order = parse_ranking(text, candidates, language)
    assert set(order) <= set(candidates)
    assert len(set(order)) == len(order)
