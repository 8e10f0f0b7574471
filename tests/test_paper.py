from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from align_tasks.metrics import precision_at_k
from align_tasks.paper import FEWEST, parse_associations_paper

PUBLISHED = {
    "Simple": (999, {5: 0.522, 10: 0.399, 40: 0.103}),
    "Complex": (977, {5: 0.429, 10: 0.324, 40: 0.127}),
}
FITTED = {
    "Simple": {5: 0.52212, 10: 0.39900, 40: 0.10318},
    "Complex": {5: 0.42989, 10: 0.32385, 40: 0.12746},
}


@pytest.mark.parametrize(
    "text",
    [
        "好的，这是列表：\n1. 河\n2. 船\n3. 桥\n4. 鱼\n5. 岸",
        "好的，这是列表：\n\n- 河\n- 船\n- 桥\n- 鱼\n- 岸",
        "河、船、桥、鱼、岸",
        "河，船，桥，鱼，岸",
        "河 船  桥 鱼 岸",
        "河\n船\n桥\n鱼\n岸",
        '["河", "船", "桥", "鱼", "岸"]',
        "水 -> [河、船、桥、鱼、岸]",
        "河、船、河、桥、鱼、岸、船",
    ],
)
def test_the_shapes_that_it_reads(text: str) -> None:
    assert parse_associations_paper(text) == ["河", "船", "桥", "鱼", "岸"]


def test_an_ascii_text_has_ascii_separators() -> None:
    assert parse_associations_paper("Sure: river, boat, ice cream, fish, bank") == [
        "river",
        "boat",
        "ice cream",
        "fish",
        "bank",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "河, 船, 桥, 鱼, 岸, 水",
        "河\u3000船\u3000桥\u3000鱼\u3000岸",
        "河、船、桥、鱼",
        "抱歉，我不能回答。",
        "",
    ],
)
def test_what_does_not_parse(text: str) -> None:
    assert parse_associations_paper(text) is None


def test_its_weaknesses_are_kept() -> None:
    text = "列表如下：\n1. 河（流动的水）\n2. 船\n3. 桥\n4. 鱼\n5. 岸\n\n希望对你有帮助！"
    predictions = parse_associations_paper(text)
    assert predictions is not None
    assert predictions[0] == "河（流动的水）"
    assert predictions[-1] == "希望对你有帮助！"


def test_precision_counts_distinct_hits_and_divides_by_k() -> None:
    assert precision_at_k(["a", "a", "b", "c"], ["c", "a"], 2) == 0.5
    assert precision_at_k(["a", "a", "b", "c"], ["c", "a"], 5) == 0.4
    assert precision_at_k(["A"], ["a"], 5) == 0.0


def test_precision_refuses_k_below_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        precision_at_k(["a"], ["a"], 0)


@pytest.mark.parametrize("prompt", ["Simple", "Complex"])
def test_reproduces_the_published_figures(shared_data: Path, prompt: str) -> None:
    folder = shared_data / "reference"
    people = {
        row["cue"]: {response.strip() for response in row["responses"].split("，")}
        for row in rows(folder / "swow_zh.test_split.1004_cues.tsv.gz")
    }
    parsed = [
        (row["cue"], predictions)
        for row in rows(folder / "swow_zh.qwen2.5-7b-ppo.outputs.tsv.gz")
        if row["prompt"] == prompt and (predictions := parse_associations_paper(row["output"])) is not None
    ]
    count, figures = PUBLISHED[prompt]
    assert len(parsed) == count
    assert all(len(predictions) >= FEWEST for _, predictions in parsed)
    for k, published in figures.items():
        mean = sum(precision_at_k(words, people[cue], k) for cue, words in parsed) / len(parsed)
        assert mean == pytest.approx(FITTED[prompt][k], abs=5e-6)
        assert mean == pytest.approx(published, abs=1e-3)
        assert round(mean, 3) == published or (prompt, k) == ("Complex", 5)


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
