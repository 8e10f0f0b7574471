"""Tables from files: what stands beside what, and whether its figures are right."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from huggingface_hub.repocard_data import model_index_to_eval_results
from rich.console import Console
from scipy import stats

from align_tasks.comparison.compare import Cell, Comparison, Table, compare
from align_tasks.comparison.evaluated import gather
from align_tasks.comparison.exports import evaluation_results, export, file_name, model_index
from align_tasks.comparison.formats.data import as_csv, as_json
from align_tasks.comparison.formats.latex import latex
from align_tasks.comparison.formats.markdown import markdown
from align_tasks.comparison.formats.terminal import print_comparison
from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.results import read_results
from align_tasks.comparison.rows import find_baseline, rows_of

from .conftest import Write

Values = dict[str, dict[str, float]]


def _compared(*folders: Path, baseline: str | None = None, **how: Any) -> Comparison:
    found = find_results(folders)
    gathered = gather(read_results(path, content) for path, content in found.contents.items())
    rows = rows_of(gathered.entries, each_seed=how.pop("each_seed", False))
    return compare(gathered, rows, find_baseline(rows, baseline), how.pop("draws", 2000))


def _rows(values: np.ndarray, metric: str = "p_at_5", **others: float) -> Values:
    return {f"cue{place}": {metric: float(value), **others} for place, value in enumerate(values)}


def _cell(comparison: Comparison, label: str, metric: str = "p_at_5", table: int = 0) -> Cell:
    columns = {column.metric: column for column in comparison.tables[table].columns}
    return columns[metric].cells[label]


@pytest.fixture
def base() -> np.ndarray:
    return np.random.default_rng(1).random(100).round(3)


@pytest.fixture
def better(base: np.ndarray) -> np.ndarray:
    return (base + np.random.default_rng(2).normal(0.1, 0.2, 100)).round(3)


def test_a_change_is_that_of_scipy(write: Write, base: np.ndarray, better: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base)}), write({"t": _rows(better)}, adapter="sft"), draws=10_000)
    assert found.baseline == "base"
    change = _cell(found, "base + sft").change
    assert change is not None
    assert change.value == pytest.approx((better - base).mean())
    theirs = stats.bootstrap((better - base,), np.mean, n_resamples=10_000, method="percentile", rng=1)
    assert change.interval is not None
    assert change.interval.low == pytest.approx(theirs.confidence_interval.low, abs=0.003)
    assert change.interval.high == pytest.approx(theirs.confidence_interval.high, abs=0.003)
    wins = int((better > base).sum())
    assert (change.better, change.worse) == (wins, int((better < base).sum()))
    assert change.effect == pytest.approx((better - base).mean() / (better - base).std(ddof=1))


def test_rows_in_another_order_are_paired_by_item(write: Write, base: np.ndarray) -> None:
    turned = dict(reversed(list(_rows(base + 0.5).items())))
    found = _compared(write({"t": _rows(base)}), write({"t": turned}, adapter="sft"))
    change = _cell(found, "base + sft").change
    assert change is not None
    assert change.interval is not None
    assert (change.interval.low, change.interval.high) == pytest.approx((0.5, 0.5))
    assert change.worse == 0


def test_lower_is_better_where_lm_eval_says_so(write: Write, base: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base, "jsd")}), write({"t": _rows(base - 0.2, "jsd")}, adapter="sft"))
    cell = _cell(found, "base + sft", "jsd")
    assert cell.is_best
    assert cell.rank == (1, 1, 1)
    assert cell.change is not None
    assert (cell.change.better, cell.change.worse) == (100, 0)


def test_all_tests_of_a_leaderboard_are_corrected_together(write: Write, base: np.ndarray) -> None:
    random = np.random.default_rng(3)
    folders = [write({"t": _rows(base), "u": _rows(base)})]
    for name in ("a", "b"):
        tasks = {task: _rows(base + random.normal(0.03, 0.2, 100)) for task in ("t", "u")}
        folders.append(write(tasks, adapter=name))
    found = _compared(*folders)
    assert found.tests == 4
    changes = [_cell(found, f"base + {name}", table=table).change for name in "ab" for table in (0, 1)]
    p_values = [one.p_value for one in changes if one and one.p_value is not None]
    assert len(p_values) == 4
    smallest = min(range(4), key=lambda place: p_values[place])
    corrected = changes[smallest]
    assert corrected is not None
    assert corrected.corrected == pytest.approx(min(1, 4 * p_values[smallest]))


def test_a_group_draws_an_item_in_both_languages_at_once(write: Write) -> None:
    """The same figures in both languages tell no more than in one."""
    rows = {f"Q{place}": {"p_at_5": float(place % 2)} for place in range(50)}
    folder = write({"a_us": rows, "a_zh": rows}, groups={"a": ["a_us", "a_zh"]}, column="item")
    found = {table.task: table for table in _compared(folder).tables}
    group, single = (found[name].columns[0].cells["base"] for name in ("a", "a_us"))
    assert group.interval == single.interval
    assert (found["a"].parts, group.items) == (50, 100)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"versions": {"t": 2}}, "task versions"),
        ({"metadata": {"data_fingerprint": "x"}}, "human data"),
        ({"metadata": {"prompt_fingerprint": "x"}}, "prompts"),
        ({"n-shot": {"t": 5}}, "worked examples"),
        ({"chat_template": "x"}, "chat format"),
    ],
)
def test_what_was_asked_otherwise_is_never_in_one_column(
    write: Write, base: np.ndarray, other: dict[str, Any], told: str
) -> None:
    found = _compared(write({"t": _rows(base)}), write({"t": _rows(base)}, adapter="sft", **other))
    assert [table.labels for table in found.tables] in (
        [["base"], ["base + sft"]],
        [["base + sft"], ["base"]],
    )
    assert all(cell.change is None for t in found.tables for c in t.columns for cell in c.cells.values())
    assert any("2 tables" in note and told in note for note in found.notes)


def test_other_items_are_never_in_one_column(write: Write, base: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base)}), write({"t": _rows(base[:60])}, adapter="sft"))
    assert len(found.tables) == 2
    assert any("2 tables" in note and "items" in note for note in found.notes)


def test_demo_norms_have_a_table_of_their_own_at_the_end(write: Write, base: np.ndarray) -> None:
    real, demo = {"norms": "SWOW-EN"}, {"norms": "demo"}
    found = _compared(
        write({"t": _rows(base)}, adapter="demo-run", metadata=demo), write({"t": _rows(base)}, metadata=real)
    )
    assert [table.is_demo for table in found.tables] == [False, True]
    assert "demo norms: not to be cited" in markdown(found)


def test_test_cues_in_the_training_are_told_in_the_row(write: Write, base: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base)}, adapter="sft", metadata={"trained_test_cues": 7}))
    assert found.tables[0].trained == {"base + sft": 7}
    for text in (markdown(found), latex(found), _printed(found)):
        assert "trained on 7 test cues" in text


def test_the_newest_figures_of_an_entry_count(write: Write, base: np.ndarray) -> None:
    folder = write({"t": _rows(base)})
    os.utime(next(folder.glob("results_*")), (1e9, 1e9))
    write({"t": _rows(base + 1)}, stamp="2026-02-02T00-00-00.000000")
    found = _compared(folder)
    assert _cell(found, "base").value == pytest.approx(base.mean() + 1)
    assert any("more than once" in note for note in found.notes)


def test_without_samples_there_are_figures_but_no_tests(write: Write, base: np.ndarray) -> None:
    found = _compared(
        write({"t": _rows(base)}), write({"t": _rows(base + 0.1)}, adapter="sft", samples=False)
    )
    assert len(found.tables) == 1
    cell = _cell(found, "base + sft")
    half = 1.96 * base.std(ddof=1) / math.sqrt(100)
    assert cell.interval is not None
    assert cell.interval.high - cell.value == pytest.approx(half)
    assert cell.change is not None
    assert cell.change.value == pytest.approx(0.1)
    assert cell.change.p_value is None
    assert found.tests == 0
    assert any("--log_samples" in note for note in found.notes)


def test_samples_of_other_results_are_not_taken_for_theirs(write: Write, base: np.ndarray) -> None:
    folder = write({"t": _rows(base)})
    (results,) = folder.glob("results_*")
    content = json.loads(results.read_text())
    content["results"]["t"]["p_at_5,none"] += 0.01
    results.write_text(json.dumps(content))
    found = _compared(folder)
    assert any("their means differ" in note for note in found.notes)
    assert _cell(found, "base").value == pytest.approx(base.mean() + 0.01)


def test_a_metric_that_is_no_mean_has_the_interval_that_lm_eval_gives(write: Write, base: np.ndarray) -> None:
    folder = write({"t": _rows(base)})
    (results,) = folder.glob("results_*")
    content = json.loads(results.read_text())
    content["results"]["t"] |= {"f1,none": 0.7, "f1_stderr,none": 0.1}
    results.write_text(json.dumps(content))
    cell = _cell(_compared(folder), "base", "f1")
    assert cell.interval is not None
    assert (cell.value, cell.interval.low) == (0.7, pytest.approx(0.504))


def test_items_without_a_figure_of_every_row_are_left_out_for_all(write: Write, base: np.ndarray) -> None:
    fewer = {
        cue: row if place >= 10 else {"jsd": 0.1} for place, (cue, row) in enumerate(_rows(base).items())
    }
    found = _compared(write({"t": _rows(base, jsd=0.2)}), write({"t": fewer}, adapter="sft"))
    cell = _cell(found, "base")
    assert (cell.items, cell.value) == (90, pytest.approx(base[10:].mean()))
    assert any("10 others are left out" in note for note in found.notes)


def _seeded(write: Write, base: np.ndarray, seed: int) -> Path:
    adapter = {"sha256": f"{seed}" * 64, "trainer": "ppo", "culture": "us", "data": {}}
    told = {"model": {"name": "org/base"}, "adapter": adapter | {"recipe": {"seed": seed}}}
    values = base + 0.1 * seed + np.random.default_rng(seed).normal(0, 0.05, 100)
    return write({"t": _rows(values)}, adapter=f"ppo-{seed}", align=told)


def test_seeds_are_pooled_and_what_they_differ_by_is_in_the_interval(write: Write, base: np.ndarray) -> None:
    folders = [write({"t": _rows(base)}), *(_seeded(write, base, seed) for seed in (1, 2, 3))]
    found = _compared(*folders)
    pooled = _cell(found, "base + ppo (3 seeds)")
    assert pooled.seeds == 3
    assert pooled.change is not None
    assert pooled.change.interval is not None
    assert pooled.change.value == pytest.approx(0.2, abs=0.02)
    assert pooled.change.interval.low < 0 < pooled.change.interval.high  # seeds of 0.1, 0.2, 0.3: 0.2 +- 0.25
    alone = _compared(*folders, each_seed=True)
    changes = [_cell(alone, f"base + ppo-{seed}").change for seed in (1, 2, 3)]
    assert all(change and change.corrected is not None and change.corrected < 0.01 for change in changes)


def test_people_and_chance_stand_below_and_a_share_says_how_far_it_is(write: Write) -> None:
    rows = {
        f"Q{n}": {"jsd": 0.25, "jsd_human": 0.05, "jsd_uniform": 0.45, "p_at_5": 0.2, "human_p_at_5": 0.8}
        for n in range(3)
    }
    found = _compared(write({"t": rows}))
    assert [column.metric for column in found.tables[0].columns] == ["jsd", "p_at_5"]
    assert _cell(found, "base", "jsd").share == pytest.approx(0.5)
    assert _cell(found, "base", "p_at_5").share == pytest.approx(0.25)
    assert "| *half of the people* | 0.050 | 0.800 |" in markdown(found)
    assert "| *equal probabilities* | 0.450 |  |" in markdown(found)


def _printed(comparison: Comparison) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    print_comparison(comparison, console)
    return console.export_text()


HOSTILE = '=cmd|"c"!A1 <script>alert(1)<script> [red]x[red] \\input{x} & % $ # | `b` \x1b[31m'


def test_hostile_names_stay_text(write: Write, base: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base)}, model="x", folder="a", config=_hostile_config()))
    (label,) = found.tables[0].labels
    assert "\x1b" not in label
    assert "<script>" not in markdown(found)
    assert "\\<script\\>" in markdown(found)
    assert "[red]x[red]" in _printed(found)
    assert r"\textbackslash{}input\{x\}" in latex(found)
    (line,) = csv.DictReader(io.StringIO(as_csv(found)))
    assert line["model"].startswith("'=cmd")
    assert json.loads(as_json(found))["rows"][0]["label"] == label


def _hostile_config() -> dict[str, Any]:
    return {"model": "hf", "model_args": {"pretrained": HOSTILE}}


def test_notes_cannot_leave_the_comments_of_latex(write: Write, base: np.ndarray) -> None:
    told = {"model": {"name": "org/base"}, "adapter": {"sha256": "a" * 64, "problems": ["x\n\\input{evil}"]}}
    text = latex(_compared(write({"t": _rows(base)}, adapter="sft", align=told)))
    assert not any(line.startswith("\\input") for line in text.splitlines())


@pytest.mark.parametrize("value", [math.nan, math.inf, "N/A", None, True])
def test_figures_that_are_no_numbers_crash_nothing(write: Write, base: np.ndarray, value: Any) -> None:
    folder = write({"t": _rows(base, jsd=0.1)})
    (results,) = folder.glob("results_*")
    content = json.loads(results.read_text())
    content["results"]["t"]["jsd,none"] = value
    results.write_text(json.dumps(content))
    found = _compared(folder, write({"t": _rows(base, jsd=0.2)}, adapter="sft"))
    assert not any(cell.is_best for cell in _jsd(found).values() if not math.isfinite(cell.value))
    for text in (markdown(found), latex(found), _printed(found), as_csv(found)):
        assert "p_at_5" in text.replace("\\", "")
    json.loads(as_json(found), parse_constant=pytest.fail)


def _jsd(comparison: Comparison) -> Mapping[str, Cell]:
    found: list[Table] = list(comparison.tables)
    return {
        label: cell
        for table in found
        for column in table.columns
        if column.metric == "jsd"
        for label, cell in column.cells.items()
    }


def test_csv_and_json_hold_what_the_tables_show(write: Write, base: np.ndarray, better: np.ndarray) -> None:
    found = _compared(write({"t": _rows(base)}), write({"t": _rows(better)}, adapter="sft"))
    line = next(one for one in csv.DictReader(io.StringIO(as_csv(found))) if one["model"] == "base + sft")
    change = _cell(found, "base + sft").change
    assert change is not None
    assert float(line["change_value"]) == change.value
    assert float(line["change_corrected"]) == change.corrected
    cells = json.loads(as_json(found))["tables"][0]["columns"][0]["cells"]
    assert cells["base + sft"]["change"]["p_value"] == change.p_value
    assert cells["base"]["change"] is None


def test_cards_hold_the_figures_as_the_hub_reads_them(write: Write, base: np.ndarray) -> None:
    real, demo = {"norms": "SWOW-EN"}, {"norms": "demo"}
    write({"t": _rows(base)}, adapter="sft", metadata=real)
    write({"u": _rows(base)}, adapter="sft", metadata=demo, stamp="2026-02-02T00-00-00.000000")
    found = _compared(*{path.parent for path in _files(write)})
    (row,) = found.rows
    figures = [(table, column) for table in found.tables if not table.is_demo for column in table.columns]
    ((name), (result,)) = model_index_to_eval_results(model_index(row, figures)["model-index"])
    assert (name, result.dataset_name, result.metric_type) == ("sft", "t", "p_at_5")
    assert result.metric_value == pytest.approx(base.mean())
    (told,) = evaluation_results(row, figures)
    assert told["dataset"] == {"id": "align-tasks/t", "task_id": "p_at_5"}
    assert told["value"] == pytest.approx(base.mean())


def _files(write: Write) -> list[Path]:
    folder = write({"x": {"a": {"p": 1.0}}}, folder="probe").parent
    return [path for path in folder.rglob("results_*") if path.parent.name != "probe"]


def test_a_folder_to_publish(write: Write, base: np.ndarray, tmp_path: Path) -> None:
    found = _compared(write({"t": _rows(base)}), write({"t": _rows(base + 0.1)}, adapter="../../evil"))
    target = tmp_path / "space"
    export(found, target)
    head = (target / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    assert yaml.safe_load(head)["sdk"] == "static"
    page = (target / "index.html").read_text(encoding="utf-8")
    assert 'id="data-main"' in page
    assert 'id="data-cues"' not in page
    content = json.loads((target / "eval-results" / f"{file_name('base + evil')}.json").read_text())
    assert content["config"]["model_name"] == "base + evil"
    assert content["results"]["t"]["p_at_5"] == pytest.approx(base.mean() + 0.1)
    cards = sorted(path.name for path in (target / "cards").iterdir())
    assert cards == sorted(file_name(row.label) for row in found.rows)
    assert not list(tmp_path.glob("evil*"))
