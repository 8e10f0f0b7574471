"""Which model and which adapter results are about."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from align_tasks.comparison.entries import Entry, entry_of, with_labels
from align_tasks.comparison.rows import Row, find_baseline, rows_of
from align_tasks.errors import AlignError
from align_tasks.files import sha256_of

LATER = 4e9  # seconds since 1970


def _content(model: str, adapter: str | None = None, **others: Any) -> dict[str, Any]:
    arguments = {"pretrained": model} | ({"peft": adapter} if adapter else {})
    return {"config": {"model": "hf", "model_args": arguments}, **others}


def test_an_adapter_that_is_named_by_its_path_only_is_known_by_its_weights(
    make_adapter: Callable[..., Path], tiny_model: Path, tmp_path: Path
) -> None:
    """Plain lm-eval writes the path alone: elsewhere, and under another name, it is the same entry."""
    one = make_adapter(1)
    moved = tmp_path / "copy"
    moved.mkdir()
    for file in one.iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    first, second = (entry_of(_content(str(tiny_model), str(folder)), LATER) for folder in (one, moved))
    assert first.adapter_id == sha256_of(one / "adapter_model.safetensors")
    assert first.key == second.key
    assert (second.adapter, second.folder) == ("copy", moved)


def test_weights_that_changed_after_the_evaluation_are_not_taken_for_it(
    make_adapter: Callable[..., Path], tiny_model: Path
) -> None:
    folder = make_adapter(1)
    before = os.stat(folder / "adapter_model.safetensors").st_mtime - 10
    found = entry_of(_content(str(tiny_model), str(folder)), before)
    assert found.adapter_id is None
    assert "changed since they were evaluated" in found.problems[0]


def test_what_our_tasks_record_holds_when_the_folder_is_gone() -> None:
    configs = {name: {"metadata": {"adapter_sha256": "e" * 64}} for name in ("swow_us", "wvs_us")}
    found = entry_of(_content("org/base", "/gone/sft", configs=configs), LATER)
    assert (found.adapter, found.adapter_id, found.problems) == ("sft", "e" * 64, ())


def test_an_adapter_that_cannot_be_known_says_so() -> None:
    found = entry_of(_content("org/base", "/gone/sft"), LATER)
    assert found.adapter_id is None
    assert "goes by its name" in found.problems[0]


def test_one_adapter_on_two_models_and_in_two_number_formats_is_three_entries() -> None:
    keys = set()
    for model, dtype in (("org/a", "float32"), ("org/b", "float32"), ("org/a", "bfloat16")):
        content = _content(model, align={"model": {}, "adapter": {"sha256": "e" * 64}})
        content["config"]["model_args"] |= {"peft": "x", "dtype": dtype}
        keys.add(entry_of(content, LATER).key)
    assert len(keys) == 3


def _entry(model: str, adapter: str | None = None, **others: Any) -> Entry:
    return Entry(model, others.pop("model_id", None), adapter, others.pop("adapter_id", None), **others)


def test_labels_are_short_where_they_suffice() -> None:
    entries = [_entry("org/base"), _entry("org/base", "sft")]
    assert [one.label for one in with_labels(entries)] == ["base", "base + sft"]


def test_labels_that_would_be_alike_get_settings_or_hashes() -> None:
    entries = [
        _entry("base", "sft", adapter_id="a" * 64),
        _entry("base", "sft", adapter_id="b" * 64),
        _entry("big", variant=(("dtype", "float16"),)),
        _entry("big", variant=(("load_in_4bit", "True"),)),
    ]
    assert [one.label for one in with_labels(entries)] == [
        "base + sft [aaaaaaaa]",
        "base + sft [bbbbbbbb]",
        "big (dtype=float16)",
        "big (load_in_4bit=True)",
    ]


@pytest.mark.parametrize("name", ["\x1b[31mred\x1b[0m", "a\nb", "a\u202eb", "\x07"])
def test_labels_hold_nothing_that_a_terminal_obeys(name: str) -> None:
    (found,) = with_labels([_entry(name)])
    assert found.label.isprintable()


def test_a_label_of_a_megabyte_is_cut() -> None:
    (found,) = with_labels([_entry("x" * 2**20)])
    assert len(found.label) == 100


def _training(seed: int | None, trainer: str = "ppo", **recipe: Any) -> dict[str, Any]:
    data = {"norms": "norms.csv", "norms_sha256": "d"}
    return {"trainer": trainer, "culture": "us", "recipe": {"seed": seed, **recipe}, "data": data}


def _trained(adapter: str, seed: int | None, starts: Sequence[dict[str, Any]] = (), **recipe: Any) -> Entry:
    training = {**_training(seed, **recipe), "starts": list(starts)}
    told = {"model": {"name": "org/base"}, "adapter": {"sha256": adapter, **training}}
    return entry_of(_content("org/base", adapter, align=told), LATER)


def _rows(*entries: Entry, each_seed: bool = False) -> list[Row]:
    labelled = with_labels(entries)
    return rows_of({one.key: one for one in labelled}, each_seed=each_seed)


def test_runs_that_differ_in_their_seed_are_one_row() -> None:
    runs = [_trained(f"ppo-{seed}", seed) for seed in (1, 2, 3)]
    (row,) = _rows(*runs)
    assert (row.label, len(row.entries)) == ("base + ppo (3 seeds)", 3)
    assert len(_rows(*runs, each_seed=True)) == 3


def test_runs_of_other_recipes_or_without_seeds_stay_apart() -> None:
    assert len(_rows(_trained("a", 1, steps=5), _trained("b", 2, steps=6))) == 2
    assert len(_rows(_trained("a", 1), _trained("b", 1))) == 2
    assert len(_rows(_trained("a", None), _trained("b", None))) == 2


def test_runs_on_other_norms_of_one_name_stay_apart() -> None:
    first, second = _trained("a", 1), _trained("b", 2)
    assert len(_rows(first, second)) == 1
    assert second.training is not None
    other = replace(second.training, data={"norms": "norms.csv", "norms_sha256": "e"})
    assert len(_rows(first, replace(second, training=other))) == 2


def test_runs_that_begin_from_other_trainings_stay_apart() -> None:
    alone = [_trained(f"ppo-{seed}", seed) for seed in (1, 2)]
    after = [_trained(f"sft-ppo-{seed}", seed, [_training(seed, "sft")]) for seed in (1, 2)]
    longer = [_trained(f"long-ppo-{seed}", seed, [_training(seed, "sft", steps=9)]) for seed in (1, 2)]
    assert [row.label for row in _rows(*alone, *after, *longer)] == [
        "base + long-ppo (2 seeds)",
        "base + ppo (2 seeds)",
        "base + sft-ppo (2 seeds)",
    ]


def test_runs_that_begin_from_weights_of_others_are_one_row_if_the_weights_are_the_same() -> None:
    runs = [_trained(f"ppo-{seed}", seed, [{"name": "theirs", "sha256": "e" * 64}]) for seed in (1, 2)]
    assert [row.label for row in _rows(*runs)] == ["base + ppo (2 seeds)"]
    assert len(_rows(*runs, _trained("ppo-3", 3, [{"name": "theirs", "sha256": "f" * 64}]))) == 2


def test_the_baseline_is_found_by_label_name_and_hash() -> None:
    rows = _rows(_entry("org/base", model_id="c" * 64), _entry("org/base", "sft", adapter_id="a" * 64))
    for wanted, label in (
        (None, "base"),
        ("base", "base"),
        ("org/base", "base"),
        ("cccccccc", "base"),
        ("base + sft", "base + sft"),
        ("sft", "base + sft"),
        ("aaaaaaaaaa", "base + sft"),
    ):
        assert find_baseline(rows, wanted) == label


def test_a_baseline_that_is_missing_says_which_there_are() -> None:
    rows = _rows(_entry("org/base"), _entry("org/other"))
    with pytest.raises(AlignError, match=r"no baseline 'bass'(.|\n)*Did you mean 'base'(.|\n)*'other'"):
        find_baseline(rows, "bass")
    assert find_baseline(rows, None) is None


def test_a_name_of_two_rows_is_no_baseline() -> None:
    rows = _rows(_entry("org/a", "sft", adapter_id="a" * 64), _entry("org/b", "sft", adapter_id="b" * 64))
    with pytest.raises(AlignError, match=r"2 rows are called 'sft'"):
        find_baseline(rows, "sft")
