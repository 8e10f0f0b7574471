"""What `align eval` refuses before any work, how it says so, and what it tells of adapters."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from align_tasks import evaluation
from align_tasks.adapters.cues import cue_hash, cues_text
from align_tasks.adapters.identity import ModelIdentity, identify_model
from align_tasks.adapters.record import AdapterRecord, write_record
from align_tasks.backends.loading import Backend
from align_tasks.errors import AlignError
from align_tasks.evaluation import Settings, evaluate
from align_tasks.files import sha256_of
from align_tasks.scores.metric import Metric
from align_tasks.tasks.association import dataset
from align_tasks.tasks.offers import TaskFolder
from align_tasks.testing import ScriptedModel


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
    monkeypatch.setattr(evaluation, "each_loaded", lambda *_: iter([ScriptedModel()]))
    assert evaluate(model, None, tmp_path / "out", Settings(tasks=["ode", "poetry"])) is None
    assert asked == [["ode", "sonnet"]]


@pytest.fixture
def scripted(model: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Folder of a model in whose place one answers that writes nothing."""

    def each_loaded(backend: Backend, model: str, adapters: Sequence[str | None]) -> Iterator[ScriptedModel]:
        return (ScriptedModel() for _ in adapters)

    monkeypatch.setattr(evaluation, "each_loaded", each_loaded)
    (Path(model) / "model.safetensors").write_bytes(b"weights of the model")
    return model


@pytest.fixture
def adapter(scripted: str, tmp_path: Path) -> Callable[..., Path]:
    """Makes the folder of an adapter that was trained on these cues."""

    def made(*cues: str, **given: Any) -> Path:
        folder = tmp_path / "adapter"
        folder.mkdir()
        (folder / "adapter_config.json").write_text("{}")
        (folder / "adapter_model.safetensors").write_bytes(b"weights of the adapter")
        (folder / "training_cues.txt").write_text(cues_text(map(cue_hash, cues)))
        told: dict[str, Any] = {
            "trainer": "sft",
            "plugin": "align-trainers 0.1.0",
            "culture": "us",
            "language": "en",
            "base_model": identify_model(scripted),
            "recipe": {"apply_chat_template": False},
            "steps": 1,
            "metrics": {},
            "data": {"norms": "strength.csv"},
            "versions": {},
            "files": {file.name: sha256_of(file) for file in folder.iterdir()},
            "created": "2026-01-01T00:00:00+00:00",
        }
        write_record(folder, AdapterRecord(**(told | given)))
        return folder

    return made


def _evaluated(model: str, adapter: Path | None, output: Path, **settings: Any) -> dict[str, Any]:
    """The results file of a short evaluation on the demo norms."""
    chosen = {"tasks": ["swow_us", "wvs_us"], "limit": 1, "metadata": {"norms": "demo"}} | settings
    found = evaluate(model, adapter and str(adapter), output, Settings(**chosen))
    assert found is not None
    results: dict[str, Any] = json.loads(found.results_file.read_text(encoding="utf-8"))
    return results


def test_results_of_a_model_say_which_one_it_is(
    scripted: str, tmp_path: Path, data_home: Any, caplog: pytest.LogCaptureFixture
) -> None:
    results = _evaluated(scripted, None, tmp_path / "out")
    sha256 = identify_model(scripted).sha256
    assert sha256 is not None
    assert results["align"] == {
        "model": {"name": "model", "revision": None, "sha256": sha256},
        "adapter": None,
    }
    assert results["results"]["swow_us"]["alias"] == "swow_us (demo norms)"
    assert [record for record in caplog.records if record.name.startswith("align_tasks")] == []


def test_the_rest_of_the_results_is_what_lm_eval_writes(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path, data_home: Any
) -> None:
    plain = _evaluated(scripted, None, tmp_path / "plain")
    tuned = _evaluated(scripted, adapter("moon"), tmp_path / "tuned")
    assert plain.keys() == tuned.keys()
    assert {
        "results",
        "configs",
        "versions",
        "n-samples",
        "config",
        "task_hashes",
        "model_name",
    } <= plain.keys()
    assert plain["task_hashes"] == tuned["task_hashes"]
    assert all(plain["task_hashes"].values())
    assert plain["results"] == tuned["results"]


def test_test_cues_that_were_trained_on_are_told_in_log_results_and_table(
    scripted: str,
    adapter: Callable[..., Path],
    tmp_path: Path,
    data_home: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from lm_eval.utils import make_table

    test_cues = dataset("us", "demo").splits["test"]["cue"]
    folder = adapter("not a test cue", *test_cues[2:5])
    results = _evaluated(scripted, folder, tmp_path / "out")
    told = results["align"]["adapter"]
    assert told["trained_test_cues"] == {"swow_us": 3}
    (problem,) = told["problems"]
    assert problem.startswith(f"trained on 3 of the {len(test_cues)} test cues of swow_us: ")
    assert (f"{folder}: {problem}", logging.WARNING) in [(r.message, r.levelno) for r in caplog.records]
    table = make_table(results)
    assert "|swow_us (demo norms) (trained on 3 test cues)" in table
    assert "|wvs_us " in table


def test_cues_are_counted_in_every_task_of_a_group(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path, data_home: Any
) -> None:
    test_cue = dataset("us", "demo").splits["test"]["cue"][0]
    results = _evaluated(scripted, adapter(test_cue), tmp_path / "out", tasks=["swow"])
    counted = results["align"]["adapter"]["trained_test_cues"]
    assert counted["swow_us"] == 1
    assert counted["swow_zh"] == 0
    assert results["results"]["swow_us"]["alias"].strip().endswith("(trained on 1 test cue)")
    assert "trained on" not in results["results"]["swow_zh"]["alias"]


def test_what_is_known_of_an_adapter_stands_in_the_results(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path, data_home: Any
) -> None:
    folder = adapter("moon")
    told = _evaluated(scripted, folder, tmp_path / "out")["align"]["adapter"]
    assert told == {
        "sha256": sha256_of(folder / "adapter_model.safetensors"),
        "trainer": "sft",
        "culture": "us",
        "recipe": {"apply_chat_template": False},
        "data": {"norms": "strength.csv"},
        "starts": [],
        "problems": [],
        "trained_test_cues": {"swow_us": 0},
    }


def test_the_format_of_the_training_and_of_the_evaluation_are_compared(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path, data_home: Any
) -> None:
    folder = adapter(recipe={"apply_chat_template": True})
    (problem,) = _evaluated(scripted, folder, tmp_path / "a")["align"]["adapter"]["problems"]
    assert "add --apply-chat-template" in problem
    chat = _evaluated(scripted, folder, tmp_path / "b", apply_chat_template=True)
    assert chat["align"]["adapter"]["problems"] == []


def test_another_base_model_is_told(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path, data_home: Any
) -> None:
    folder = adapter(base_model=ModelIdentity("another", None, "ab" * 32))
    (problem,) = _evaluated(scripted, folder, tmp_path / "out")["align"]["adapter"]["problems"]
    assert problem.startswith("trained on the model another (SHA-256 abababababab)")


def test_a_damaged_record_is_told_before_the_base_model_is_evaluated(
    scripted: str, adapter: Callable[..., Path], tmp_path: Path
) -> None:
    folder = adapter()
    (folder / "align.json").write_text("{}")
    arguments = ("eval", "--model", scripted, "--tasks", "wvs_us", "--output", str(tmp_path / "out"))
    done = _align(*arguments, "--adapter", str(folder))
    assert done.returncode == 1
    assert "align.json is damaged" in done.stderr
    assert "Traceback" not in done.stderr
