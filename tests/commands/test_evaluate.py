"""What `align eval` refuses before any work, and how it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from align_tasks import evaluation
from align_tasks.errors import AlignError
from align_tasks.evaluation import Settings, evaluate
from align_tasks.scores.metric import Metric
from align_tasks.tasks.offers import TaskFolder


def _align(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "align_tasks", *arguments], capture_output=True, text=True)


@pytest.fixture
def model(tmp_path: Path) -> str:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return str(folder)


def test_an_unknown_task_is_told_with_those_there_are(model: str, tmp_path: Path) -> None:
    done = _align("eval", "--model", model, "--tasks", "swow_us,swow_xx", "--output", str(tmp_path / "out"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "unknown tasks: swow_xx" in done.stderr
    assert "wvs_tension" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_two() -> None:
    assert _align("eval", "--tasks", "swow_us").returncode == 2


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    arguments = ("eval", "--model", "./nowhere", "--tasks", "swow_us", "--output", str(tmp_path))
    assert "Traceback" in _align("--debug", *arguments).stderr


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"no model in .*config\.json"):
        evaluate(str(tmp_path), None, tmp_path / "out", Settings(tasks=["wvs_us"]))


def test_a_folder_without_an_adapter_is_told(model: str, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"no adapter in .*adapter_config\.json"):
        evaluate(model, str(tmp_path), tmp_path / "out", Settings(tasks=["wvs_us"]))


def test_an_output_that_cannot_be_written_is_told_before_the_work(model: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands in the way")
    with pytest.raises(AlignError, match="cannot write to"):
        evaluate(model, None, tmp_path / "out", Settings(tasks=["wvs_us"]))


@pytest.mark.parametrize("name", ["empty", "./empty", "file", "./nowhere", ""])
def test_a_path_that_is_no_model_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AlignError, match="no model in"):
        evaluation.check_model(name, None)


def test_a_model_that_cannot_be_loaded_is_told_with_its_name(model: str, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"cannot load the model '.*model': ValueError: Unrecognized model"):
        evaluate(model, None, tmp_path / "out", Settings(tasks=["wvs_us"]))


def test_an_adapter_that_is_none_is_told_before_the_model_is_evaluated(model: str, tmp_path: Path) -> None:
    arguments = ("eval", "--model", model, "--tasks", "wvs_us", "--output", str(tmp_path / "out"))
    done = _align(*arguments, "--adapter", str(tmp_path))
    assert done.returncode == 1
    assert "no adapter in" in done.stderr


@pytest.mark.parametrize("tasks", ["", " , "])
def test_no_task_is_wrong_usage(tasks: str, model: str, tmp_path: Path) -> None:
    done = _align("eval", "--model", model, "--tasks", tasks, "--output", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "--tasks" in done.stderr


def test_an_output_named_like_a_file_is_told_before_the_work(model: str, tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"out\.json is to be a folder"):
        evaluate(model, None, tmp_path / "out.json", Settings(tasks=["wvs_us"]))


def test_too_many_worked_examples_are_told_before_the_model_is_loaded(
    model: str, tmp_path: Path, data_home: Any
) -> None:
    settings = Settings(tasks=["swow_us", "wvs_us"], num_fewshot=500, metadata={"norms": "demo"})
    with pytest.raises(AlignError, match="500 worked examples wanted"):
        evaluate(model, None, tmp_path / "out", settings)


def test_data_of_a_metric_that_cannot_be_read_are_told_before_the_model_is_loaded(
    model: str, tmp_path: Path, data_home: Path, plugins: Any
) -> None:
    def describe(_: Any) -> dict[str, str]:
        raise AlignError("my ratings are damaged")

    plugins.register(metrics=[Metric("association", "mine", len, describe=describe)])
    with pytest.raises(AlignError, match="my ratings are damaged"):
        evaluate(model, None, tmp_path / "out", Settings(tasks=["swow_us"], metadata={"norms": "demo"}))


def test_results_that_lm_eval_could_not_save_are_an_error(tmp_path: Path) -> None:
    class Tracker:
        output_path = str(tmp_path)
        date_id = "2026"

        class general_config_tracker:
            model_name_sanitized = "model"

    results, samples = (
        tmp_path / "model" / name for name in ("results_2026.json", "samples_wvs_us_2026.jsonl")
    )
    with pytest.raises(AlignError, match=r"not written, or not whole: .*results_2026\.json.*samples_wvs_us"):
        evaluation._written(Tracker(), {}, {"wvs_us": 2})
    results.parent.mkdir()
    results.write_text('{"results": ')  # what a full disk leaves
    samples.write_text('{"doc": 1}\n{"doc": 2')
    with pytest.raises(AlignError, match=r"not whole: .*results_2026\.json.*samples_wvs_us"):
        evaluation._written(Tracker(), {}, {"wvs_us": 2})
    results.write_text("{}")
    samples.write_text('{"doc": 1}\n{"doc": 2}\n')
    assert evaluation._written(Tracker(), {}, {"wvs_us": 2}).samples_files == [samples]


def test_norms_that_were_not_imported_are_told_with_the_command(
    model: str, tmp_path: Path, data_home: Any
) -> None:
    settings = Settings(tasks=["swow_us"], metadata={"norms": "imported"})
    with pytest.raises(AlignError, match=r"align data import swow FILE --culture us"):
        evaluate(model, None, tmp_path / "out", settings)


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    heavy = ("torch", "lm_eval", "datasets", "polars", "fastexcel", "pandas", "opencc", "scipy")
    code = (
        "import sys; from align_tasks.commands.main import build; from align_tasks.plugins import loading\n"
        "build(loading.loaded())\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_tasks_are_listed_and_their_folder_named() -> None:
    assert "wvs_tension" in _align("tasks").stdout.splitlines()
    folder = Path(_align("tasks", "path").stdout.strip())
    assert (folder / "swow_us.yaml").is_file()


@pytest.mark.parametrize("choices", ["norms=demo", "[1]"])
def test_choices_that_are_no_json_object_are_wrong_usage(choices: str, model: str, tmp_path: Path) -> None:
    arguments = ("--model", model, "--tasks", "wvs_us", "--output", str(tmp_path / "out"))
    done = _align("eval", *arguments, "--metadata", choices)
    assert done.returncode == 2
    assert "JSON" in done.stderr


PLAIN = """
task: {name}
tag: poetry
dataset_path: json
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
dataset_kwargs:
  data_files: {file}
test_split: train
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
"""


def test_plain_tasks_of_lm_eval_and_tags_of_them_are_evaluated(
    model: str, tmp_path: Path, plugins: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plugin's folder may hold any task of lm-eval, not only those of our class."""
    import lm_eval

    asked: list[list[str]] = []

    def simple_evaluate(**options: Any) -> None:
        asked.append([task.config.task for task in options["tasks"]])

    rows, folder = tmp_path / "rows.jsonl", tmp_path / "tasks"
    rows.write_text('{"question": "a", "answer": "b"}\n')
    folder.mkdir()
    for name in ("ode", "sonnet"):
        (folder / f"{name}.yaml").write_text(PLAIN.format(name=name, file=rows))
    plugins.register(tasks=[TaskFolder(folder)])
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "datasets"))
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(lm_eval, "simple_evaluate", simple_evaluate)
    assert evaluate(model, None, tmp_path / "out", Settings(tasks=["ode", "poetry"])) is None
    assert asked == [["ode", "sonnet"]]
