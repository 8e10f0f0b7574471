"""The folder of a run: whose it is, how far the run got, and that one process at a time works in it."""

from __future__ import annotations

import errno
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from align_tasks import runs
from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_tasks.recipes import Recipe
from align_tasks.runs import Run
from align_tasks.trainers import Trainer, TrainingJob


class Small(Recipe):
    learning_rate: float = 1e-4
    epochs: int = 1
    mix: dict[str, float] = Field(default_factory=dict)


TRAINER = Trainer("small", summary="learns a little", train=print, recipe=Small)
RUN = Run("small", "org/model", "us", {"learning_rate": 1e-4, "epochs": 1})


def _job(model: str, adapter: Path | None = None, **settings: Any) -> TrainingJob:
    return TrainingJob(
        model=model,
        culture=get_culture("us"),
        recipe=Small(**settings),
        output=Path("unused"),
        adapter=adapter,
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("model", ["model", "./model", "../here/model", "link"])
def test_a_model_folder_is_the_same_whatever_path_names_it(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "model").mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to(tmp_path / "here" / "model")
    monkeypatch.chdir(tmp_path / "here")
    assert Run.of(TRAINER, _job(model)) == Run.of(TRAINER, _job(str(tmp_path / "here" / "model")))


def test_a_hub_name_stays_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run.of(TRAINER, _job("org/model", mix={"a.jsonl": 0.5}))
    assert run == Run(
        "small", "org/model", "us", {"learning_rate": 1e-4, "epochs": 1, "mix": {"a.jsonl": 0.5}}
    )


def _adapter(folder: Path, weights: bytes) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def test_a_run_from_an_adapter_is_the_same_wherever_that_lies_and_another_when_its_weights_change(
    tmp_path: Path,
) -> None:
    here, there = _adapter(tmp_path / "here", b"weights"), _adapter(tmp_path / "there", b"weights")
    run = Run.of(TRAINER, _job("org/model", adapter=here))
    assert run.adapter_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert run == Run.of(TRAINER, _job("org/model", adapter=there))
    (there / "adapter_model.safetensors").write_bytes(b"weights of tomorrow")
    with run.held(tmp_path / "out"), pytest.raises(AlignError) as error:
        Run.of(TRAINER, _job("org/model", adapter=there)).state(tmp_path / "out")
    sums = [hashlib.sha256(weights).hexdigest() for weights in (b"weights", b"weights of tomorrow")]
    assert error.value.problem.splitlines()[1:] == ["  adapter_sha256: {} there, {} here".format(*sums)]


def test_a_record_from_before_there_were_adapters_to_start_from_is_of_a_run_without_one(
    tmp_path: Path,
) -> None:
    old = {"trainer": "small", "model": "org/model", "culture": "us"}
    (tmp_path / "run.json").write_text(json.dumps(old | {"recipe": {"learning_rate": 1e-4, "epochs": 1}}))
    assert RUN.state(tmp_path) == "unfinished"
    with pytest.raises(AlignError, match="adapter_sha256: null there, ab12 here"):
        replace(RUN, adapter_sha256="ab12").state(tmp_path)


def test_a_folder_goes_from_new_to_finished(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    assert RUN.state(folder) == "new"
    assert not folder.exists()
    with RUN.held(folder):
        assert json.loads((folder / "run.json").read_text()) == {
            "trainer": "small",
            "model": "org/model",
            "culture": "us",
            "recipe": {"learning_rate": 0.0001, "epochs": 1},
            "adapter_sha256": None,
        }
        assert RUN.state(folder) == "unfinished"
    assert RUN.state(folder) == "unfinished"
    (folder / "align.json").write_text("{}")
    assert RUN.state(folder) == "finished"
    assert sorted(_files(folder)) == ["align.json", "run.json"]


def test_an_empty_folder_is_new_and_so_is_one_with_what_a_killed_start_left(tmp_path: Path) -> None:
    assert RUN.state(tmp_path) == "new"
    for name in (".lock", ".run.json.123.tmp"):
        (tmp_path / name).write_text("{")
        assert RUN.state(tmp_path) == "new"


def test_another_run_is_told_with_each_setting_that_differs(tmp_path: Path) -> None:
    with RUN.held(tmp_path):
        pass
    before = _files(tmp_path)
    other = Run("big", "org/model", "zh", {"learning_rate": 2e-4, "seed": None, "epochs": 1.0})
    for ask in (lambda: other.state(tmp_path), lambda: other.held(tmp_path).__enter__()):
        with pytest.raises(AlignError) as error:
            ask()
        assert error.value.problem.splitlines() == [
            f"the output folder {tmp_path} holds another run:",
            "  trainer: small there, big here",
            "  culture: us there, zh here",
            "  learning_rate: 0.0001 there, 0.0002 here",
            "  seed: not set there, null here",
        ]
        assert (
            error.value.hint == "Name another folder in --output, or remove this one if you do not need it."
        )
        assert _files(tmp_path) == before


@pytest.mark.parametrize("names", [["notes.txt"], ["align.json", "adapter_config.json"], [".git/config"]])
def test_a_folder_with_anything_else_is_refused_and_untouched(names: list[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = _files(tmp_path)
    with pytest.raises(AlignError, match="is not empty, and holds no run"):
        RUN.state(tmp_path)
    assert _files(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"[]", b'{"trainer": "sm', b"\xff"])
def test_a_damaged_record_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(AlignError, match=r"run\.json is damaged"):
        RUN.state(tmp_path)


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AlignError, match=r"cannot use .*file as a folder: Not a directory"):
        RUN.state(tmp_path / "file")
    with pytest.raises(AlignError, match=r"cannot use .*below as a folder: Not a directory"):
        RUN.state(tmp_path / "file" / "below")


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(runs, "replace_file", full)
    with pytest.raises(AlignError, match=r"cannot write to .*: No space left on device"), RUN.held(tmp_path):
        pytest.fail("the trainer was called")
    assert _files(tmp_path) == {}


def test_a_run_that_fails_at_once_leaves_no_record(tmp_path: Path) -> None:
    for error in (AlignError("no norms"), KeyboardInterrupt()):
        with pytest.raises(type(error)), RUN.held(tmp_path):
            raise error
        assert _files(tmp_path) == {}


def test_a_run_that_fails_later_keeps_what_is_there(tmp_path: Path) -> None:
    def train() -> None:
        (tmp_path / "checkpoint-1").mkdir()
        raise OSError("mine")  # is no error of the folder's

    with pytest.raises(OSError, match="mine"), RUN.held(tmp_path):
        train()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-1", "run.json"]
    assert RUN.state(tmp_path) == "unfinished"


HOLD = """
import sys, time
from pathlib import Path
from align_tasks.runs import Run

run = Run("small", "org/model", "us", {"learning_rate": 1e-4, "epochs": 1})
with run.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_in_use_is_told_until_that_process_is_gone_however_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        before = _files(tmp_path)
        try:
            with pytest.raises(AlignError, match=r"another process is training in .* right now"):
                RUN.held(tmp_path).__enter__()
            assert _files(tmp_path) == before
        finally:
            other.kill()
    with RUN.held(tmp_path):
        assert RUN.state(tmp_path) == "unfinished"


def test_a_run_that_another_process_finished_meanwhile_is_not_begun_again(tmp_path: Path) -> None:
    with RUN.held(tmp_path):
        (tmp_path / "align.json").write_text("{}")
    with pytest.raises(AlignError, match="another process has just finished"), RUN.held(tmp_path):
        pytest.fail("the trainer was called")


@pytest.mark.parametrize(("rank", "is_first"), [(None, True), ("0", True), ("1", False)])
def test_the_first_process_is_that_of_rank_0(
    rank: str | None, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rank is None:
        monkeypatch.delenv("RANK", raising=False)
    else:
        monkeypatch.setenv("RANK", rank)
    assert runs.is_first_process() is is_first
