"""Pitfalls of the authors' code that have no home elsewhere.

1 labels that begin alike: `tests/test_prompts.py`, `tests/tasks/test_likelihood.py`
2, 3, 5 distances: `tests/metrics/test_pitfalls.py`, `tests/survey/test_tension.py`
4 options sorted as text: `tests/survey/test_wvs7.py`
6, 7, 8: here
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import align_tasks
from align_tasks.parsing import parse_associations
from align_tasks.splits import split_of

SOURCES = sorted(Path(align_tasks.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    """Pitfall 6: results as pickles, labels through `eval`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not called & {"eval", "exec"}
    assert not imported & {"pickle", "cloudpickle", "dill", "joblib"}


def test_separators_are_not_guessed_from_the_script() -> None:
    """Pitfall 7: a Chinese list with ASCII commas, and an English one with one accent, did not parse."""
    assert parse_associations("猫,狗,鸟", "zh") == ["猫", "狗", "鸟"]
    assert parse_associations("café, cup, bean", "en") == ["café", "cup", "bean"]


def test_splits_are_fixed_for_good() -> None:
    """Pitfall 7: splits made in a notebook change with its state. These must never change."""
    cues = ("tea", "月亮", "school", "学校")
    assert [split_of(cue) for cue in cues] == ["train", "train", "validation", "test"]
    shares = [split_of(f"cue {n}") for n in range(20_000)]
    for split, expected in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        assert shares.count(split) / len(shares) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    "answer",
    [
        "猫、狗、鸟",
        "猫，狗，鸟",
        "猫\n狗\n鸟",
        "1. 猫\n2. 狗\n3. 鸟",
        "- 猫\n- 狗\n- 鸟",
        "好的，以下是“动物”的联想词：\n\n1. 猫\n2. 狗\n3. 鸟\n\n希望对您有帮助！",
        "猫 狗 鸟",
        "猫\u3000狗\u3000鸟",
    ],
)
def test_a_list_is_read_whatever_separates_it(answer: str) -> None:
    """Pitfall 8: lists by comma, enumeration comma, newline, numbering, blanks."""
    assert parse_associations(answer, "zh", cue="动物") == ["猫", "狗", "鸟"]


def test_a_word_that_switches_script_stays_whole() -> None:
    """Pitfall 8: it is what was said, and matches nothing."""
    assert parse_associations("猫、略ест、狗", "zh") == ["猫", "略ест", "狗"]
