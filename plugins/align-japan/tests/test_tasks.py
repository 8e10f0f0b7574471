"""The tasks: answers from the imported file, asked in Japanese, found by lm-eval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lm_eval import evaluate

from align_tasks.cultures import get_culture
from align_tasks.data.imports import import_file
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.survey.tension import tension_set
from align_tasks.survey.wvs7 import WVS7
from align_tasks.task_folder import write_plugin_files
from align_tasks.tasks.survey import dataset
from align_tasks.testing import ScriptedModel, answers_like

FILES = Path(__file__).parents[1] / "tasks"
TENSIONS = {"wvs_tension_jp_us": ("jp", "us"), "wvs_tension_jp_zh": ("jp", "zh")}


@pytest.fixture
def made_up(data_home: Path, tmp_path: Path) -> Path:
    """A file in the layout of the cross-national release: four people in Japan, three in the USA."""
    items = list(WVS7.items())
    rows = [("JPN", 1), ("JPN", 1), ("JPN", 2), ("JPN", -1), ("USA", 1), ("USA", 1), ("USA", 1)]
    lines = [",".join(["B_COUNTRY_ALPHA", "W_WEIGHT", *items])]
    lines += [",".join([country, "1", *[str(answer)] * len(items)]) for country, answer in rows]
    file = tmp_path / "wvs.csv"
    file.write_text("\n".join(lines) + "\n")
    import_file(file, "wvs", countries=["JPN"])
    return file


def _evaluated(model: ScriptedModel, *names: str, **metadata: str) -> Any:
    return evaluate(lm=model, task_dict=task_manager(metadata).load(list(names)), bootstrap_iters=0)


def test_shares_are_those_of_the_imported_people(made_up: Path) -> None:
    rows = {row["item"]: row for row in dataset("jp").splits["test"]}
    assert rows["Q1"]["shares"] == pytest.approx([2 / 3, 1 / 3, 0, 0])
    assert rows["Q1"]["options"] == list(WVS7.questions("ja")["Q1"].options)
    assert WVS7.answers(get_culture("jp"))["Q1"].people == 3


def test_results_say_which_file_the_answers_are_from(made_up: Path) -> None:
    results = _evaluated(ScriptedModel(), "wvs_jp")
    about = results["configs"]["wvs_jp"]["metadata"]
    assert about["answers"].startswith("wvs.csv (SHA-256 ")
    assert about["country"] == "JPN"


def test_without_the_file_it_says_how_to_get_it(data_home: Path) -> None:
    with pytest.raises(AlignError, match=r"JPN[\s\S]*align data import wvs FILE --country JPN"):
        dataset("jp")


@pytest.mark.parametrize("group", TENSIONS)
def test_a_model_that_answers_like_japan_is_aligned_with_japan(group: str, made_up: Path) -> None:
    other = TENSIONS[group][1]
    results = _evaluated(ScriptedModel(score=answers_like(lambda row: row["shares"][0])), group)
    for task in (f"{group}_jp", f"{group}_{other}"):
        scores = results["results"][task]
        assert scores["jp_aligned,none"] == 1
        assert scores["distance_jp,none"] == pytest.approx(0, abs=1e-7)
        assert scores[f"{other}_aligned,none"] == 0
    assert results["groups"][group]["jp_aligned,none"] == 1


def test_associations_run_on_the_demo_set_and_say_so(data_home: Path) -> None:
    model = ScriptedModel(write=lambda request: "、".join(request.doc["responses"][:5]))
    results = _evaluated(model, "swow_jp", norms="demo")
    assert results["results"]["swow_jp"]["p_at_5,none"] == 1
    assert "demo norms" in results["results"]["swow_jp"]["alias"]


def test_the_task_files_are_up_to_date(tmp_path: Path) -> None:
    written = write_plugin_files("japan", tmp_path)
    assert written == sorted(file.name for file in FILES.iterdir())
    for name in written:
        assert (tmp_path / name).read_text() == (FILES / name).read_text(), "align tasks write japan tasks"


def test_the_official_file_gives_the_published_shares(data_home: Path, shared_data: Path) -> None:
    import_file(shared_data / "wvs" / "WVS_Wave_7_Japan_Excel.xlsx", "wvs")
    published = json.loads((shared_data / "wvs" / "wvs7.shares.6_countries.json").read_text(encoding="utf-8"))
    answers = WVS7.answers(get_culture("jp"))
    assert list(answers) == list(WVS7.items())
    for name, item in WVS7.items().items():
        by_letter = published[name]["shares_percent"]["Japan"]
        letters = ["X" if code == 0 else chr(ord("A") + code - 1) for code in item.codes]
        expected = [by_letter.get(letter, 0) / 100 for letter in letters]
        assert answers[name].shares == pytest.approx(expected, abs=0.005), name


def test_the_tension_sets_hold_the_50_items_that_differ_most(data_home: Path, shared_data: Path) -> None:
    import_file(shared_data / "wvs" / "WVS_Wave_7_Japan_Excel.xlsx", "wvs")
    for group, (one, other) in TENSIONS.items():
        asked = task_manager({}).load([f"{group}_jp"])["tasks"][f"{group}_jp"]
        answers = [WVS7.answers(get_culture(name)) for name in (one, other)]
        assert sorted(row["item"] for row in asked.test_docs()) == sorted(tension_set(WVS7.items(), *answers))
        assert len(asked.test_docs()) == 50
