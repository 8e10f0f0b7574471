"""The folder of all task files, and the ways in which lm-eval comes to it."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from lm_eval.tasks import TaskManager

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.task_folder import own_folder, task_folder
from align_tasks.tasks.offers import CultureTask, TaskFolder, TensionSet

OWN = sorted(TaskFolder(own_folder()).task_names())


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_without_plugins_it_holds_the_tasks_of_the_package() -> None:
    assert TaskManager(include_path=str(task_folder()), include_defaults=False).all_tasks == OWN


def test_a_culture_of_a_plugin_gets_every_task_that_it_has_the_data_for(plugins: Any) -> None:
    plugins.register(cultures=[Culture("uk", "en", "GBR", norms="SWOW-EN"), Culture("au", "en", "AUS")])
    names = TaskManager(include_path=str(task_folder()), include_defaults=False).all_tasks
    assert sorted(set(names) - set(OWN)) == [
        *("swow_uk", "swow_uk_dist", "swow_uk_rank"),
        *("wvs_au", "wvs_au_sampled", "wvs_uk", "wvs_uk_sampled"),
    ]


def test_two_cultures_of_different_plugins_can_be_compared(plugins: Any) -> None:
    plugins.register(cultures=[Culture("uk", "en", "GBR")], tasks=[TensionSet(("uk", "zh"))])
    loaded = TaskManager(include_path=str(task_folder()), include_defaults=False)
    group = loaded._index["wvs_tension_uk_zh"].cfg
    assert group["task"] == ["wvs_tension_uk_zh_uk", "wvs_tension_uk_zh_zh"]
    assert [metric["metric"] for metric in group["aggregate_metric_list"]] == ["uk_aligned", "zh_aligned"]


def test_the_same_tasks_are_in_the_same_folder_and_others_in_another(plugins: Any) -> None:
    first = task_folder()
    assert task_folder() == first
    plugins.register(cultures=[Culture("uk", "en", "GBR")])
    assert task_folder() != first


def test_a_cache_that_cannot_be_written_is_told(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(AlignError, match=r"cannot write the task files[\s\S]*ALIGN_CACHE"):
        task_folder()


def test_the_coming_entry_point_of_lm_eval_leads_to_every_task(plugins: Any) -> None:
    """As upstream proposes: the value is a package, whose folder is scanned for task files."""
    plugins.register(cultures=[Culture("uk", "en", "GBR")])
    (point,) = (point for point in entry_points(group="lm_eval.tasks") if point.name == "align_tasks")
    sys.modules.pop(point.value, None)
    package = importlib.import_module(point.value)
    sys.modules.pop(point.value, None)
    names = TaskManager(include_path=list(package.__path__), include_defaults=False).all_tasks
    assert {*OWN, "wvs_uk", "wvs_uk_sampled"} == set(names)


def test_a_folder_from_which_files_were_removed_is_made_anew() -> None:
    folder = task_folder()
    (folder / "swow_us.yaml").unlink()
    assert task_folder() == folder
    assert (folder / "swow_us.yaml").is_file()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_a_template_says_counts_for_the_task_of_each_culture(plugins: Any, tmp_path: Path) -> None:
    """lm-eval's include would drop the template's arguments beside the task's own."""
    template = tmp_path / "_poems"
    template.write_text(
        "custom_dataset: !function align_tasks.tasks.survey.dataset\n"
        "dataset_kwargs:\n  survey: poems\n  language: en\nmetadata:\n  version: 7.5\n"
    )
    plugins.register(tasks=[CultureTask("poems_{culture}", template)])
    loaded = TaskManager(include_path=str(task_folder()), include_defaults=False)
    config = loaded._index["poems_zh"].cfg
    assert config["dataset_kwargs"] == {"survey": "poems", "language": "en", "culture": "zh"}
    assert config["metadata"] == {"version": 7.5}


@pytest.mark.parametrize("name", ["no", "on", "yes", "null", "e1"])
def test_names_that_mean_something_in_yaml_stay_names(name: str, plugins: Any) -> None:
    plugins.register(cultures=[Culture(name, "en", "NOR")], tasks=[TensionSet((name, "us"))])
    index = TaskManager(include_path=str(task_folder()), include_defaults=False)._index
    assert index[f"wvs_{name}"].cfg["dataset_kwargs"] == {"culture": name}
    assert index[f"wvs_tension_{name}_us_us"].cfg["dataset_kwargs"]["cultures"] == [name, "us"]
