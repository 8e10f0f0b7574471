"""Mistakes in a recipe are told before anything starts, with line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments.prepare import Prepared, prepare

Prepare = Callable[..., Prepared]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"  first:\n    trainer": "  first:\n    trainr"},
            "line 9, column 5: trainr is no key here; is trainer meant?",
        ),
        ({"  first:\n    trainer": "  first:\n    trainr"}, "line 8, column 3: trainer is missing"),
        ({"question: Does it learn?\n": ""}, "line 1, column 1: question is missing"),
        ({"[1, 2]": "[1, two]"}, "line 6, column 12: seeds is 'two', and must be a whole number"),
        ({"[1, 2]": "[]"}, "line 6, column 8: seeds is [], and must have at least 1 item"),
        ({"limit: 3": "limit: 0"}, "line 18, column 12: limit is 0, and must be greater than or equal to 1"),
        (
            {"norms: demo": "norms: real"},
            "line 5, column 8: norms is 'real', and must be 'imported', 'demo' or 'auto'",
        ),
        ({"limit: 3": "batch_size: many"}, "line 18, column 17: batch_size is 'many'"),
        (
            {"base: ./model": "./x: ./model"},
            "line 4, column 3: './x' cannot be a name: take up to 60 letters",
        ),
        ({"base: ./model": "base: ./modell"}, "line 4, column 9: no model in"),
        ({"culture: us": "culture: uk"}, "line 10, column 14: unknown culture 'uk'"),
        (
            {"trainer: small\n    culture: us": "trainer: smal\n    culture: us"},
            "line 9, column 14: unknown trainer 'smal' Is small meant?",
        ),
        (
            {"adapter: first": "adapter: frist"},
            "line 15, column 14: there is no run 'frist'; is first meant?",
        ),
        (
            {"    settings:": "    adapter: second\n    settings:"},
            "line 11, column 14: runs start from each other in a circle: first from second from first",
        ),
        (
            {"adapter: first": "adapter: second"},
            "line 15, column 14: runs start from each other in a circle: second from second",
        ),
        (
            {"adapter: first": "adapter: first\n    seeds: [1, 5]"},
            "line 15, column 14: first does not train the same model with the same seed, as second-5 needs",
        ),
        (
            {"settings: {learning_rate: 1e-3}": "vary: {learning_rate: [1, 2]}"},
            "line 15, column 14: first varies settings",
        ),
        ({"{learning_rate: 1e-3}": "{method: full}"}, "line 15, column 14: first trains a whole model"),
        (
            {"learning_rate: 1e-3": "learning_rat: 1"},
            "line 11, column 16: learning_rat is no setting of this trainer; is learning_rate meant?",
        ),
        (
            {"learning_rate: 1e-3": "learning_rate: fast"},
            "line 11, column 31: learning_rate is 'fast', and must be a number above 0",
        ),
        (
            {"settings: {learning_rate: 1e-3}": "vary: {learning_rate: [1, -1]}"},
            "line 11, column 27: learning_rate is -1, and must be a number above 0",
        ),
        ({"learning_rate: 1e-3": "seed: 3"}, "line 11, column 16: seed is set by seeds of the run, not here"),
        ({"{learning_rate: 1e-3}": "{mix: {texts.jsonl: 0.5}}"}, "line 11, column 22: there is no file"),
        ({"    settings:": "    recipe: papr.yaml\n    settings:"}, "line 11, column 13: there is no recipe"),
        (
            {"[swow_us, wvs_us]": "[swow_us, wvs_su]"},
            "line 17, column 22: there is no task 'wvs_su'; is wvs_us meant?",
        ),
        ({"limit: 3": "models: [bases]"}, "line 18, column 14: there is no model 'bases'; is base meant?"),
        ({"limit: 3": "runs: [third]"}, "line 18, column 12: there is no run 'third'"),
        ({"baseline: base": "baseline: bas"}, "line 20, column 19: there is no model 'bas'; is base meant?"),
        (
            {"limit: 3": "limit: 3\n  - tasks: [swow_us, wvs_us]\n    limit: 3"},
            "line 19, column 5: two steps with one output: evaluate-2-base does what evaluate-1-base does",
        ),
        ({"[1, 2]": "[1, 1]"}, "line 8, column 3: two steps with one output: first-1 is trained twice"),
        (
            {"    culture: zh\n    adapter: first": "    culture: us\n    settings: {learning_rate: 0.001}"},
            "line 12, column 3: two steps with one output: train-second-1 does what train-first-1 does",
        ),
        ({"norms: demo": "norms: imported"}, "line 10, column 14: the norms of 'us' are not imported"),
        ({"norms: demo": "norms: imported"}, "line 17, column 13: the norms of 'us' are not imported"),
        (
            {"norms: demo": "norms: demo\nnorms: demo"},
            "line 6, column 1: norms is there twice, first in line 5",
        ),
    ],
)
def test_a_mistake_is_told_with_line_and_column(
    prepared: Prepare, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(AlignError) as caught:
        prepared(changes)
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(prepared: Prepare) -> None:
    with pytest.raises(AlignError) as caught:
        prepared(
            {"culture: us": "culture: uk", "baseline: base": "baseline: bas", "base: ./model": "base: ./no"}
        )
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("has 3 mistakes:")
    assert [line.strip().partition(":")[0] for line in lines[1:4]] == [
        "line 4, column 9",
        "line 10, column 14",
        "line 20, column 19",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name: [a\nmodels: b\n", ", line 2, column 7: "),
        (b"name: \xff", "is no text in UTF-8"),
        (b"", "name is missing"),
        (b"- a\n", "line 1, column 1: the recipe is "),
        (b"a: &x [*x]\n", "line 1, column 4: this part holds itself"),
        (b"{1: 2}: 3\n", "line 1, column 1: a key must be a word"),
    ],
)
def test_files_that_are_no_recipes_are_told(small: None, tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "recipe.yaml").write_bytes(content)
    with pytest.raises(AlignError) as caught:
        prepare(tmp_path / "recipe.yaml", {}, None)
    assert told in str(caught.value)
    assert not list(tmp_path.glob("results*"))


def test_a_folder_that_is_here_and_not_beside_the_recipe_is_no_hub_name(
    prepared: Prepare, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    (here / "other").mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(
        AlignError, match="line 4, column 9: other is in the current folder, and not in that of"
    ):
        prepared({"./model": "other"})
    monkeypatch.chdir(folder)
    assert any("other" in step.command for step in prepared({"./model": "other"}).steps)
