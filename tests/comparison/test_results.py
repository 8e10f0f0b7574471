"""What is read from results and samples files, of this version of lm-eval and of older ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.results import Results, read_all_results, read_results
from align_tasks.comparison.samples import BadSamples, read_samples, samples_file
from align_tasks.errors import AlignError

from .conftest import Write, sample

ROWS = {"red": {"p_at_5": 0.2}, "tea": {"p_at_5": 0.6}}


def _read(folder: Path) -> Results:
    found = find_results([folder])
    ((path, content),) = found.contents.items()
    return read_results(path, content)


def test_figures_with_their_filter_direction_and_count(write: Write) -> None:
    task = _read(write({"swow_us": ROWS})).tasks["swow_us"]
    figure = task.figures["p_at_5", "none"]
    assert figure.value == pytest.approx(0.4)
    assert figure.stderr == pytest.approx(0.2)
    assert task.better["p_at_5"] is True
    assert task.count == 2


def test_a_group_rests_on_its_tasks(write: Write) -> None:
    found = _read(write({"a_us": ROWS, "a_zh": ROWS}, groups={"a": ["a_us", "a_zh"]}))
    assert found.tasks["a"].members == ("a_us", "a_zh")
    assert found.tasks["a"].count == 4
    assert len(found.tasks["a"].asked) == 2


def test_metrics_of_the_first_versions_have_no_filter(write: Write, tmp_path: Path) -> None:
    old = {
        "results": {"hellaswag": {"acc": 0.5, "acc_stderr": 0.01, "acc_norm": 0.6, "acc_norm_stderr": 0.02}},
        "versions": {"hellaswag": 0},
        "config": {"model": "hf-causal", "model_args": "pretrained=org/old,dtype=float16", "num_fewshot": 10},
    }
    (tmp_path / "results_old.json").write_text(json.dumps(old))
    found = _read(tmp_path)
    assert found.entry.model == "org/old"
    assert dict(found.entry.variant) == {"dtype": "float16"}
    task = found.tasks["hellaswag"]
    assert {name: (told.value, told.stderr) for (name, _), told in task.figures.items()} == {
        "acc": (0.5, 0.01),
        "acc_norm": (0.6, 0.02),
    }
    assert task.asked[0].examples == 10
    assert task.count is None


def test_model_arguments_as_a_table_and_as_a_text(write: Write) -> None:
    table = {"model": "hf", "model_args": {"pretrained": "org/base", "peft": "a/sft", "dtype": "auto"}}
    found = _read(write({"swow_us": ROWS}, config=table)).entry
    assert (found.model, found.adapter, found.variant) == ("org/base", "sft", ())


@pytest.mark.parametrize(
    "change",
    [
        {"versions": {"t": 2}},
        {"metadata": {"data_fingerprint": "other"}},
        {"metadata": {"prompt_fingerprint": "other"}},
        {"metadata": {"norms": "demo"}},
        {"n-shot": {"t": 5}},
        {"chat_template": "{{ messages }}"},
        {"system_instruction_sha": "abc"},
        {"configs": {"t": {"generation_kwargs": {"temperature": 1.0}}}},
    ],
)
def test_what_was_asked_otherwise_is_told_apart(write: Write, change: dict[str, Any]) -> None:
    one = _read(write({"t": ROWS}, folder="one")).tasks["t"].asked
    other = _read(write({"t": ROWS}, folder="other", **change)).tasks["t"].asked
    assert one == _read(write({"t": ROWS}, folder="same")).tasks["t"].asked
    assert one != other


def test_a_choice_of_norms_makes_no_demo_of_a_survey(write: Write) -> None:
    """`--metadata '{"norms": "demo"}'` is handed to every task."""
    survey = {"survey": "World Values Survey wave 7", "norms": "demo"}
    assert not _read(write({"t": ROWS}, metadata=survey)).tasks["t"].asked[0].is_demo


def test_samples_are_those_of_the_same_time(write: Write) -> None:
    folder = write({"swow_us": ROWS})
    write({"swow_us": {"red": {"p_at_5": 0.9}}}, stamp="2026-02-02T00-00-00.000000")
    (first, second) = sorted(folder.glob("results_*.json"))
    for results, expected in ((first, [0.2, 0.6]), (second, [0.9])):
        file = samples_file(results, "swow_us")
        assert file is not None
        assert read_samples(file).figures["p_at_5", "none"].tolist() == expected


def test_rows_that_leave_a_metric_out_have_no_figure(write: Write) -> None:
    folder = write({"t": {"red": {"jsd": 0.5, "emd": 0.2}, "tea": {"jsd": 0.3}}})
    found = read_samples(next(folder.glob("samples_*")))
    assert found.items == ("red", "tea")
    np.testing.assert_array_equal(found.figures["emd", "none"], [0.2, np.nan])


def test_rows_about_one_cue_belong_together(tmp_path: Path) -> None:
    file = tmp_path / "samples_t.jsonl"
    rows = [sample("red", {"p": 0.1}), sample("tea", {"p": 0.2}), sample("red", {"p": 0.3})]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    found = read_samples(file)
    assert found.items == ("red", "red #2", "tea")
    assert found.parts == ("red", "red", "tea")


def test_the_same_rows_in_another_order_are_one_set_of_items(tmp_path: Path) -> None:
    sets = []
    for order in (["red", "tea"], ["tea", "red"], ["red", "sea"]):
        file = tmp_path / "samples_t.jsonl"
        file.write_text("".join(f"{json.dumps(sample(cue, {'p': 0.1}))}\n" for cue in order))
        sets.append(read_samples(file).item_set)
    assert sets[0] == sets[1] != sets[2]


@pytest.mark.parametrize(
    "line", ['{"doc": {"cue": "re', "[1, 2]", "7", '{"no": "doc"}', "\x00", "[" * 100_000]
)
def test_a_damaged_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "samples_t.jsonl"
    file.write_text(f"{json.dumps(sample('red', {'p': 0.1}))}\n{line}\n")
    with pytest.raises(BadSamples, match=r"line 2 of samples_t\.jsonl"):
        read_samples(file)


def test_files_that_are_no_results_are_left_out_with_the_reason(write: Write, tmp_path: Path) -> None:
    folder = write({"swow_us": ROWS})
    whole = next(folder.glob("results_*")).read_bytes()
    (folder / "results_cut.json").write_bytes(whole[: len(whole) // 2])
    (folder / "results_list.json").write_text("[]")
    (folder / "results_other.json").write_text('{"results": {"a": 1}}')
    (folder / "results_deep.json").write_text("[" * 200_000)
    (folder / "results_bytes.json").write_bytes(b"\xff\xfe\x00")
    for number in range(10_000):
        (folder / f"unrelated_{number}.json").touch()
    found = find_results([tmp_path])
    assert len(found.contents) == 1
    assert {one.path.name for one in found.skipped} == {
        f"results_{name}.json" for name in ("cut", "list", "other", "deep", "bytes")
    }
    reasons = {one.path.name: one.reason for one in found.skipped}
    assert "'config'" in reasons["results_other.json"]
    assert "'results'" in reasons["results_list.json"]


SHAPES = (
    {"configs": [1]},
    {"config": {"model": "hf", "model_args": "{bad"}},
    {"higher_is_better": [1]},
    {"group_subtasks": [1]},
    {"n-samples": {"t": [1]}},
    {"align": {"model": [1]}},
)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_files_of_other_shapes_are_left_out_and_the_others_read(write: Write, shape: dict[str, Any]) -> None:
    good, bad = write({"t": ROWS}, folder="good"), write({"t": ROWS}, folder="bad", **shape)
    results, skipped = read_all_results(find_results([good, bad]))
    assert [one.path.parent for one in results] == [good]
    assert [one.path.parent for one in skipped] == [bad]
    assert "not as lm-eval writes it" in skipped[0].reason
    with pytest.raises(AlignError, match="no results can be understood"):
        read_all_results(find_results([bad]))


def test_nothing_found_says_where_and_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"no results of lm-eval in .*\n.*results_"):
        find_results([tmp_path])
    with pytest.raises(AlignError, match="no file or folder"):
        find_results([tmp_path / "nowhere"])


def test_a_folder_and_a_file_in_it_count_once(write: Write) -> None:
    folder = write({"swow_us": ROWS})
    assert len(find_results([folder, next(folder.glob("results_*")), folder.parent]).contents) == 1
