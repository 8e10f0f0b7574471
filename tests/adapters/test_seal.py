"""What seals a folder of trained weights, and what cannot be sealed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from align_tasks import __version__
from align_tasks.adapters.cues import cue_hash, cues_fingerprint, cues_text, read_cues
from align_tasks.adapters.identity import model_sha256
from align_tasks.adapters.record import AdapterRecord, read_record
from align_tasks.errors import AlignError
from align_tasks.trainers import Trainer

Seal = Callable[..., AdapterRecord]


def test_the_record_says_what_was_done(sealed: Seal, base: Path, trained: Path) -> None:
    sealed(recipe={"learning_rate": 0.5})
    told = json.loads((trained / "align.json").read_text())
    created = datetime.fromisoformat(told.pop("created"))
    assert abs(datetime.now(timezone.utc) - created) < timedelta(minutes=1)
    assert told.pop("files").keys() == {
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "training_cues.txt",
    }
    versions = told.pop("versions")
    assert versions["align-tasks"] == version("align-tasks")
    assert versions["torch"] == version("torch")
    assert versions["python"] == platform.python_version()
    assert told == {
        "format": 1,
        "trainer": "small",
        "plugin": f"align-tasks {__version__}",
        "culture": "us",
        "language": "en",
        "base_model": {"name": "base-model", "revision": None, "sha256": model_sha256(base)},
        "recipe": {"learning_rate": 0.5, "apply_chat_template": False},
        "steps": 3,
        "metrics": {"eval_loss": 2.5},
        "data": {
            "norms": "strength.csv",
            "norms_sha256": "ab" * 32,
            "licence": "CC BY-NC-ND 3.0 (people)",
            "training_cues": 2,
            "cues_fingerprint": cues_fingerprint([cue_hash("red"), cue_hash("sea")]),
        },
        "started_from": None,
    }


def test_every_recorded_hash_is_that_of_the_file(sealed: Seal, trained: Path) -> None:
    for name, sha256 in sealed().files.items():
        assert hashlib.sha256((trained / name).read_bytes()).hexdigest() == sha256


def test_the_record_reads_back_as_it_was_made(sealed: Seal, trained: Path) -> None:
    made = sealed()
    assert read_record(trained) == made


def test_the_training_cues_are_told_by_their_hashes_only(sealed: Seal, trained: Path) -> None:
    sealed(cues=iter(["sea", "red", "sea"]))
    lines = (trained / "training_cues.txt").read_text().splitlines()
    assert lines[1:] == sorted([cue_hash("red"), cue_hash("sea")])


def test_the_plugin_of_the_trainer_is_told(sealed: Seal, trainer: Trainer, plugins: Any) -> None:
    plugins.register("small", trainers=[trainer])
    assert sealed().plugin == "align-small 1.0"


def test_the_folder_of_the_base_model_is_told_without_where_it_lies(
    sealed: Seal, base: Path, trained: Path
) -> None:
    sealed()
    for name in ("align.json", "README.md"):
        assert str(base.parent) not in (trained / name).read_text()


def test_a_figure_that_is_not_finite_is_none(sealed: Seal, trained: Path) -> None:
    sealed(metrics={"eval_loss": float("nan"), "eval_p_at_5": 0.25})
    assert "NaN" not in (trained / "align.json").read_text()
    assert read_record(trained).metrics == {"eval_loss": None, "eval_p_at_5": 0.25}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["training_args.bin", "adapter_model.bin", "optimizer.pt", "rng_state.pth"])
def test_a_folder_with_a_pickled_file_is_refused(name: str, sealed: Seal, trained: Path) -> None:
    (trained / name).write_bytes(b"")
    before = sorted(path.name for path in trained.iterdir())
    with pytest.raises(AlignError, match=f"holds {name}"):
        sealed()
    assert sorted(path.name for path in trained.iterdir()) == before


def test_pickles_of_checkpoints_do_not_matter(sealed: Seal, trained: Path) -> None:
    (trained / "checkpoints" / "checkpoint-1" / "optimizer.pt").write_bytes(b"")
    assert sealed().files


@pytest.mark.parametrize("lacking", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_folder_without_an_adapter_is_refused(lacking: str, sealed: Seal, trained: Path) -> None:
    (trained / lacking).unlink()
    with pytest.raises(AlignError, match="the trainer left n"):
        sealed()


def test_a_whole_model_is_sealed_as_one(sealed: Seal, base: Path, tmp_path: Path) -> None:
    tuned = shutil.copytree(base, tmp_path / "tuned")
    (tuned / "model.safetensors").write_bytes(b"other weights")
    record = sealed(tuned)
    assert record.base_model.sha256 == model_sha256(base)
    assert record.files["model.safetensors"] == hashlib.sha256(b"other weights").hexdigest()
    assert "library_name: transformers" in (tuned / "README.md").read_text()


def test_a_whole_model_keeps_the_cues_that_it_had_learned_before(
    sealed: Seal, base: Path, tmp_path: Path
) -> None:
    (base / "training_cues.txt").write_text(cues_text([cue_hash("moon")]))
    record = sealed(shutil.copytree(base, tmp_path / "tuned"))
    assert read_cues(tmp_path / "tuned") == {cue_hash(cue) for cue in ("moon", "red", "sea")}
    assert record.data["training_cues"] == 3


def test_the_record_comes_last_so_that_an_interruption_leaves_none(
    sealed: Seal, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def stop(source: Path, target: Path) -> None:
        if target.name == "align.json":
            assert {"README.md", "training_cues.txt"} <= {path.name for path in trained.iterdir()}
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        sealed()
    assert read_record(trained) is None
    assert not list(trained.glob(".*.tmp"))
    monkeypatch.setattr(os, "replace", real)
    made = sealed()
    assert read_record(trained) == made


def test_a_full_disk_is_told_and_leaves_no_record(
    sealed: Seal, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AlignError, match="No space left on device; the weights are there, the record is not"):
        sealed()
    assert read_record(trained) is None
