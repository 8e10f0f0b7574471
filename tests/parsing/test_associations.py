from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_tasks.normalise import marker, normalise
from align_tasks.parsing import parse_associations

ENGLISH = ["river", "ice cream", "don't know", "boat"]
CHINESE = ["河流", "小船", "大桥", "鱼"]

ENGLISH_LISTS = {
    "commas": "river, ice cream, don't know, boat",
    "comma and full stop": "River, ice cream, don’t know, and boat.",
    "semicolons": "river; ice cream; don't know; boat",
    "slashes": "river/ice cream/don't know/boat",
    "spaced slashes": "river / ice cream / don't know / boat",
    "bars": "river | ice cream | don't know | boat",
    "arrows": "river -> ice cream -> don't know -> boat",
    "lines": "river\nice cream\ndon't know\nboat\n",
    "blank lines between": "river\n\nice cream\n\ndon't know\n\nboat",
    "carriage returns": "river\r\nice cream\r\ndon't know\r\nboat\r\n",
    "wrapped": "river, ice cream,\ndon't know, boat",
    "numbers": "1. river\n2. ice cream\n3. don't know\n4. boat",
    "numbers in one line": "1. river 2. ice cream 3. don't know 4. boat",
    "numbers with bracket": "1) river\n2) ice cream\n3) don't know\n4) boat",
    "numbers in brackets": "(1) river\n(2) ice cream\n(3) don't know\n(4) boat",
    "enclosed numbers": "① river ② ice cream ③ don't know ④ boat",
    "hyphens": "- river\n- ice cream\n- don't know\n- boat",
    "asterisks": "* river\n* ice cream\n* don't know\n* boat",
    "dots": "• river\n• ice cream\n• don't know\n• boat",
    "bold": "1. **River**\n2. **Ice cream**\n3. **Don't know**\n4. **Boat**",
    "bold numbers": "**1.** River\n**2.** Ice cream\n**3.** Don't know\n**4.** Boat",
    "bold and explained": "1. **River**: it flows\n2. **Ice cream**: it is cold\n3. Don't know\n4. **Boat**",
    "bold with colon": "- **River:** flows\n- **Ice cream:** cold\n- **Don't know:** odd\n- **Boat:** floats",
    "quoted": '"river", "ice cream", "don\'t know", "boat"',
    "JSON": '["river", "ice cream", "don\'t know", "boat"]',
    "preamble": "Sure! Here are some words: river, ice cream, don't know, boat.",
    "preamble above": "Sure, happy to help!\nHere are some words:\n\nriver\nice cream\ndon't know\nboat",
    "label": "Associations: river, ice cream, don't know, boat",
    "cue and arrow": "water -> river, ice cream, don't know, boat",
    "cue and hyphen": "water - river, ice cream, don't know, boat",
    "chat below": "river, ice cream, don't know, boat\n\nI hope this helps",
    "chat next to it": "river, ice cream, don't know, boat. Let me know what else you need!",
    "chat below lines": "river\nice cream\ndon't know\nboat\nI hope this helps!",
    "chat around bullets": "Sure!\n- river\n- ice cream\n- don't know\n- boat\nLet me know",
    "parentheses": "river (a big one, with fish), ice cream (cold), don't know, boat",
    "hyphen explanations": "1. River - flows\n2. Ice cream - cold, sweet\n3. Don't know - odd\n4. Boat",
    "long explanations": "1. River, a body of water that flows to sea\n2. Ice cream\n3. Don't know\n4. Boat",
    "glossary": "River: it flows\nIce cream: it is cold\nDon't know: odd\nBoat: it floats",
    "duplicates": "river, River, ice cream, don't know, ice  cream, boat",
    "the cue itself": "Water, river, ice cream, don't know, water, boat",
    "release markers": "river, #Missing, ice cream, #Unknown, don't know, No more responses, boat",
    "next turn": "river, ice cream, don't know, boat\n\nWord: next\nAssociations: moon, sun",
    "next question": "river\nice cream\ndon't know\nboat\nQuestion: what else?\nmoon",
    "repeated question": "Word: water\nAssociations: river, ice cream, don't know, boat",
    "reasoning": "<think>Maybe sea, moon, sun.</think>\nriver, ice cream, don't know, boat",
    "truncated": "1. river\n2. ice cream\n3. don't know\n4. boat\n5.",
}

CHINESE_LISTS = {
    "commas": "河流, 小船, 大桥, 鱼",
    "full-width commas": "河流，小船，大桥，鱼。",
    "enumeration commas": "河流、小船、大桥、鱼。",
    "mixed commas": "河流、小船，大桥,鱼",
    "semicolons": "河流；小船；大桥；鱼",
    "slashes": "河流/小船/大桥/鱼",
    "blanks": "河流 小船 大桥 鱼",
    "wide blanks": "河流  小船    大桥  鱼 ",
    "ideographic blanks": "河流\u3000小船\u3000大桥\u3000鱼",
    "tab among blanks": "河流 小船\t大桥 鱼",
    "rows of blanks": "河流 小船 大桥\n河流 大桥 鱼",
    "lines": "河流\n小船\n大桥\n鱼",
    "lines with trailing blanks": "河流  \n小船  \n大桥  \n鱼  ",
    "numbers": "1. 河流\n2. 小船\n3. 大桥\n4. 鱼",
    "numbers with enumeration comma": "1、河流\n2、小船\n3、大桥\n4、鱼",
    "numbers in brackets": "（1）河流\n（2）小船\n（3）大桥\n（4）鱼",
    "numbers in one line": "1.河流2.小船3.大桥4.鱼",
    "bracketed numbers in one line": "（1）河流（2）小船（3）大桥（4）鱼",
    "enclosed numbers": "①河流②小船③大桥④鱼",
    "Han numbers": "一、河流\n二、小船\n三、大桥\n四、鱼",
    "hyphens": "水\n- 河流\n- 小船\n- 大桥\n- 鱼",
    "dots": "·河流\n·小船\n·大桥\n·鱼",
    "bold": "1. **河流**\n2. **小船**\n3. **大桥**\n4. **鱼**",
    "quoted": "“河流”、“小船”、“大桥”、“鱼”",
    "JSON": '好的，我试试：\n\n["河流", "小船", "大桥", "鱼"]',
    "preamble": "好的，以下是与“水”有关的联想词列表：河流、小船、大桥、鱼。",
    "preamble and numbers": "好的，“水”的联想词：\n\n1. 河流\n2. 小船\n3. 大桥\n4. 鱼\n\n希望能帮到你！",
    "preamble in a sentence": "好的，我试试。\n\n水 -> 河流、小船、大桥、鱼",
    "brackets after an arrow": "水 -> [河流、小船、大桥、鱼]",
    "cue and hyphen": "水 - 河流、小船、大桥、鱼",
    "chat next to it": "河流、小船、大桥、鱼。希望对你有帮助！",
    "parentheses": "1. 河流（流动的水，例如小溪）\n2. 小船(木头的)\n3. 大桥\n4. 鱼（如鲤鱼、草鱼等",
    "hyphen explanations": "1. 河流 - 水在这里流动。\n2. 小船 - 浮在水上。\n3. 大桥\n4. 鱼",
    "colon explanations": "1. 河流：水在这里流动\n2. 小船：浮在水上\n3. 大桥：很长\n4. 鱼：会游泳",
    "cue on each line": "1. 水 - 河流\n2. 水 - 小船\n3. 水 - 大桥\n4. 水 - 鱼",
    "groups": "- 自然：河流、小船、大桥\n- 动物：鱼、河流、小船",
    "headings": "一、自然：\n- 河流\n- 小船\n\n二、其他：\n- 大桥\n- 鱼",
    "duplicates": "河流、小船、河流、大桥、鱼、鱼",
    "traditional script": "河流、小船、大橋、魚",
    "the cue itself": "水、河流、小船、大桥、鱼、水",
    "next turn": "河流、小船、大桥、鱼\n\n词语：天空\n联想：云、鸟",
    "next question": "河流\n小船\n大桥\n鱼\n问题：还有吗",
    "repeated question": "词语：水\n联想：河流、小船、大桥、鱼",
    "noise": "河流、小船、 ));、大桥、「」、鱼",
}

REFUSALS = [
    ("en", "I'm sorry, but I can't help with that."),
    ("en", "As an AI language model, I cannot do that."),
    ("en", "As an AI, I do not have personal associations with words"),
    ("en", "I can't do that."),
    ("en", "This is not something that I want to talk about here"),
    ("zh", "很抱歉，我不能回答这个问题。"),
    ("zh", "抱歉，我无法参与这样不合适的联想游戏。我们换个更积极、更健康的其他主题来进行联想吧。"),
    ("zh", "作为人工智能助手我没有个人的联想"),
    ("zh", "我可以帮助你进行健康愉快、积极而又充满意义的主题相关的联想游戏。"),
]


@pytest.mark.parametrize("shape", ENGLISH_LISTS)
def test_english_lists(shape: str) -> None:
    assert parse_associations(ENGLISH_LISTS[shape], "en", cue="water") == ENGLISH


@pytest.mark.parametrize("shape", CHINESE_LISTS)
def test_chinese_lists(shape: str) -> None:
    assert parse_associations(CHINESE_LISTS[shape], "zh", cue="水") == CHINESE


@pytest.mark.parametrize(("language", "text"), REFUSALS)
def test_refusals_are_invalid(language: str, text: str) -> None:
    assert parse_associations(text, language, cue="water") == []


@pytest.mark.parametrize("text", ["", "\n \n", "...", "1.\n2.\n3.", "Word: sun\nAssociations: moon, star"])
def test_nothing_is_invalid(text: str) -> None:
    assert parse_associations(text, "en", cue="water") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ice cream", ["ice cream"]),
        ("ice cream truck", ["ice cream truck"]),
        ("river boat bridge fish", ["river", "boat", "bridge", "fish"]),
        ("lord of the rings", ["lord of the rings"]),
        ("The word water makes me think of rivers", []),
        ("Dog.", ["dog"]),
        ("I love you, dog, cat", ["i love you", "dog", "cat"]),
        ("dog, cat, a very long piece of text, bird", ["dog", "cat", "bird"]),
        ("1,000, twelve", ["1,000", "twelve"]),
        ("24/7, AC/DC, fish", ["24/7", "ac", "dc", "fish"]),
        ("rock and roll, and bull, fish, and chips", ["rock and roll", "and bull", "fish", "chips"]),
        ("null, NA, true, 1e5", ["null", "na", "true", "1e5"]),
    ],
)
def test_english_blanks_and_odd_words(text: str, words: list[str]) -> None:
    assert parse_associations(text, "en") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("抹布 河fluss 桥", ["抹布", "河fluss", "桥"]),
        ("苹果 香蕉", ["苹果", "香蕉"]),
        ("河流、Ice Age、桥 Bridge、鱼", ["河流", "ice age", "桥 bridge", "鱼"]),
        ("招呼\u3000Yo Yo\u3000嗨\u3000喂 喂喂", ["招呼", "yo yo", "嗨", "喂", "喂喂"]),
        ("罗斯福·肯特\n圣何塞\n巴黎", ["罗斯福·肯特", "圣何塞", "巴黎"]),
        ("苹果、一个长达十个字以上的联想词语、梨", ["苹果", "梨"]),
        ("桥略ест、鱼", ["桥略ест", "鱼"]),
        ("一、二、三", ["一", "二", "三"]),
    ],
)
def test_chinese_blanks_and_mixed_scripts(text: str, words: list[str]) -> None:
    assert parse_associations(text, "zh") == words


def test_markers_of_the_releases_are_no_words() -> None:
    assert parse_associations("#Missing", "en") == []
    assert parse_associations("1. unknown word\n2. no more responses\n3. fish", "en") == ["fish"]


@given(st.text(), st.sampled_from(["en", "zh", "de"]), st.none() | st.text(max_size=5))
def test_any_text_gives_distinct_normal_words(text: str, language: str, cue: str | None) -> None:
    check_words(text, language, cue)


SCRAPS = [
    *'水河鱼 \n\t\u3000、，,;；/|·•-*().（）：:①②。！?"“[]',
    *("1. ", "2、", "- ", "**", " - ", "->", "Word:", "問題：", "<think>", "</think>"),
    *("dog", "ice cream", "I hope this", "#Missing", "略ест"),
    *("قطة", "،", "؛", "۔", "١- ", "बिल्ली", "น้ำ", "แมว หมา", "\u200f"),
]
LISTISH = st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join)


@given(LISTISH, st.sampled_from(["en", "zh", "de"]), st.sampled_from([None, "dog", "水"]))
def test_any_list_gives_distinct_normal_words(text: str, language: str, cue: str | None) -> None:
    check_words(text, language, cue)


def check_words(text: str, language: str, cue: str | None) -> None:
    words = parse_associations(text, language, cue=cue)
    assert len(set(words)) == len(words)
    for word in words:
        assert word
        assert normalise(word, language) == word
        assert marker(word) is None
        assert cue is None or word != normalise(cue, language)
