"""Which model it is, whatever its folder is called."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from align_tasks.adapters import identity
from align_tasks.adapters.identity import identify_model, model_sha256


def _sha256sum(folder: Path, *names: str) -> str:
    """What `sha256sum NAMES | sha256sum` prints."""
    listed = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True).stdout
    return hashlib.sha256(listed).hexdigest()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum here")
def test_the_hash_of_a_model_is_what_sha256sum_says(base: Path) -> None:
    expected = _sha256sum(base, "config.json", "model.safetensors")
    assert model_sha256(base) == expected
    assert identify_model(str(base)) == identity.ModelIdentity("base-model", None, expected)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum here")
def test_of_weights_in_parts_all_are_hashed_in_order_and_nothing_else(base: Path) -> None:
    (base / "model.safetensors").unlink()
    for name in ("model-2.safetensors", "model-1.safetensors", "consolidated.safetensors"):
        (base / name).write_text(name)
    parts = {
        "weight_map": {"a": "model-2.safetensors", "b": "model-1.safetensors", "c": "model-2.safetensors"}
    }
    (base / "model.safetensors.index.json").write_text(json.dumps(parts))
    assert model_sha256(base) == _sha256sum(base, "config.json", "model-1.safetensors", "model-2.safetensors")


def test_a_copy_under_another_name_is_the_same_model(base: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(base, tmp_path / "copy")
    assert identify_model(str(copy)).sha256 == identify_model(str(base)).sha256
    (copy / "README.md").write_text("further files do not matter")
    assert identify_model(str(copy)).sha256 == identify_model(str(base)).sha256


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_one_changed_byte_makes_another_model(name: str, base: Path) -> None:
    before = model_sha256(base)
    content = bytearray((base / name).read_bytes())
    content[3] ^= 1
    (base / name).write_bytes(content)
    assert model_sha256(base) != before


@pytest.mark.parametrize("lacking", ["config.json", "model.safetensors"])
def test_what_is_no_whole_model_has_no_hash(lacking: str, base: Path) -> None:
    (base / lacking).unlink()
    assert identify_model(str(base)).sha256 is None


def test_a_lacking_part_makes_the_model_unknown(base: Path) -> None:
    (base / "model.safetensors").unlink()
    (base / "model.safetensors.index.json").write_text('{"weight_map": {"a": "model-1.safetensors"}}')
    assert model_sha256(base) is None


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no such name at all", "https://example.org/model"])
def test_a_name_that_is_not_at_hand_is_kept_without_a_hash(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert identify_model(name) == identity.ModelIdentity(name, None, None)


def test_a_model_of_the_hub_is_found_in_the_local_cache_with_its_commit(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef" * 2 + "01234567"
    cached = tmp_path / "hub" / "models--somebody--small"
    shutil.copytree(base, cached / "snapshots" / commit)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    assert identify_model("somebody/small") == identity.ModelIdentity(
        "somebody/small", commit, model_sha256(base)
    )


def test_a_large_file_is_hashed_once_until_it_changes(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(identity, "_CACHED_FROM", 19)  # the weights are 19 bytes long
    hashed: list[str] = []
    real = identity.sha256_of

    def counted(path: Path) -> str:
        hashed.append(path.name)
        return real(path)

    monkeypatch.setattr(identity, "sha256_of", counted)
    first = model_sha256(base)
    assert model_sha256(base) == first
    assert hashed.count("model.safetensors") == 1
    os.utime(base / "model.safetensors", ns=(0, 0))
    assert model_sha256(base) == first
    assert hashed.count("model.safetensors") == 2


def test_a_damaged_hash_in_the_cache_is_made_anew(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(identity, "_CACHED_FROM", 0)
    first = model_sha256(base)
    for kept in (tmp_path / "cache" / "hashes").iterdir():
        kept.write_bytes(b"\xff torn")
    assert model_sha256(base) == first


def test_a_cache_that_cannot_be_written_costs_time_only(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model_sha256(base)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(identity, "_CACHED_FROM", 0)
    assert model_sha256(base) == before
