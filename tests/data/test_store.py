from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from align_tasks.data import store
from align_tasks.errors import AlignError

OLD = pl.DataFrame({"word": ["old"] * 3})
NEW = pl.DataFrame({"word": ["new"] * 5})


def _old_is_whole() -> None:
    assert store.read("associations", "us").equals(OLD)
    assert store.provenance("associations", "us")["from"] == "old"


def _files(home: Path) -> list[str]:
    return sorted(p.name for p in (home / "associations").iterdir())


def test_a_table_and_its_provenance(data_home: Path) -> None:
    sha256 = store.write("associations", "us", OLD, {"from": "old"})
    assert store.read("associations", "us").equals(OLD)
    assert store.provenance("associations", "us") == {
        "table": "associations/us",
        "rows": 3,
        "sha256": sha256,
        "from": "old",
    }
    assert store.fingerprint("associations", "us") == sha256[:12]
    assert store.names("associations") == ["us"]
    assert _files(data_home) == [f"us.{sha256[:16]}.json", "us.parquet"]


def test_a_new_table_takes_the_place_of_the_old(data_home: Path) -> None:
    store.write("associations", "us", OLD, {"from": "old"})
    sha256 = store.write("associations", "us", NEW, {"from": "new"})
    assert store.read("associations", "us").equals(NEW)
    assert _files(data_home) == [f"us.{sha256[:16]}.json", "us.parquet"]


def test_the_same_rows_give_the_same_bytes_whatever_their_chunks(data_home: Path) -> None:
    frame = pl.DataFrame({"word": [f"w{i % 700}" for i in range(5000)], "x": [i / 7 for i in range(5000)]})
    pieces = pl.concat([frame[:1], frame[1:3000], frame[3000:]], rechunk=False)
    assert store.write("associations", "us", frame, {}) == store.write("associations", "us", pieces, {})


def test_bytes_do_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    script = (
        "import polars as pl; from align_tasks.data import store; n = 300_000; "
        "f = pl.DataFrame({'a': [f'w{i % 997}' for i in range(n)], 'b': [[i / 3] for i in range(n)]}); "
        "print(store.write('items', 'x', f, {}))"
    )
    found = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "POLARS_MAX_THREADS": threads, "ALIGN_DATA": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("stop_at", [".json", ".parquet"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("stopped")])
def test_an_interrupted_write_leaves_the_earlier_table(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, stop_at: str, error: BaseException
) -> None:
    store.write("associations", "us", OLD, {"from": "old"})
    before = _files(data_home)
    real = os.replace

    def stop(source: Path, target: Path) -> None:
        if str(target).endswith(stop_at):
            raise error
        real(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(type(error)):
        store.write("associations", "us", NEW, {"from": "new"})
    monkeypatch.setattr(os, "replace", real)
    _old_is_whole()
    assert _files(data_home) == before


def test_an_interruption_right_after_the_change_leaves_the_new_table(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("associations", "us", OLD, {"from": "old"})
    real = os.replace

    def stop(source: Path, target: Path) -> None:
        real(source, target)
        if str(target).endswith(".parquet"):
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        store.write("associations", "us", NEW, {"from": "new"})
    assert store.read("associations", "us").equals(NEW)
    assert store.provenance("associations", "us")["from"] == "new"


@pytest.mark.parametrize(
    "stop_at", ["record, half written", "record, in place", "table, half written", "table, in place"]
)
def test_a_process_killed_while_writing_leaves_a_whole_table(data_home: Path, stop_at: str) -> None:
    store.write("associations", "us", OLD, {"from": "old"})
    script = f"""
import os
import polars as pl
from align_tasks.data import store
real, calls = os.replace, []
def replace(source, target):
    kind = "table" if str(target).endswith(".parquet") else "record"
    if {stop_at!r} == kind + ", half written":
        os.truncate(source, 7)
        os._exit(9)
    real(source, target)
    if {stop_at!r} == kind + ", in place":
        os._exit(9)
os.replace = replace
store.write("associations", "us", pl.DataFrame({{"word": ["new"] * 5}}), {{"from": "new"}})
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    if stop_at == "table, in place":
        assert store.read("associations", "us").equals(NEW)
        assert store.provenance("associations", "us")["from"] == "new"
    else:
        _old_is_whole()
    assert store.names("associations") == ["us"]
    store.write("associations", "us", NEW, {"from": "again"})
    assert store.provenance("associations", "us")["from"] == "again"


def test_what_a_killed_import_left_is_cleared_later(data_home: Path) -> None:
    sha256 = store.write("associations", "us", OLD, {})
    folder = data_home / "associations"
    long_ago = time.time() - 7200
    for name in (".us.parquet.123.tmp", f"us.{'0' * 16}.json", ".zh.parquet.123.tmp"):
        (folder / name).write_text("half")
        os.utime(folder / name, (long_ago, long_ago))
    (folder / ".us.parquet.124.tmp").write_text("another import at work")
    os.utime(folder / f"us.{sha256[:16]}.json", (long_ago, long_ago))
    store.write("associations", "us", OLD, {})
    assert _files(data_home) == [
        ".us.parquet.124.tmp",
        ".zh.parquet.123.tmp",
        f"us.{sha256[:16]}.json",
        "us.parquet",
    ]


def test_a_full_disk_is_told_and_changes_nothing(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write("associations", "us", OLD, {"from": "old"})
    before = _files(data_home)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        AlignError,
        match=r"cannot write to .*: No space left on device; the table associations/us is as it was",
    ) as told:
        store.write("associations", "us", NEW, {"from": "new"})
    assert "ALIGN_DATA" in str(told.value.hint)
    _old_is_whole()
    assert _files(data_home) == before


def test_a_read_only_directory_is_told(data_home: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    store.write("associations", "us", OLD, {"from": "old"})
    folder = data_home / "associations"
    folder.chmod(0o555)
    try:
        with pytest.raises(
            AlignError, match=r"cannot write to .*: Permission denied; the table .* as it was"
        ):
            store.write("associations", "us", NEW, {"from": "new"})
        _old_is_whole()
    finally:
        folder.chmod(0o755)


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ALIGN_DATA", str(tmp_path / "file"))
    with pytest.raises(AlignError, match="cannot write to"):
        store.write("associations", "us", OLD, {})


def test_a_read_only_file_system_is_told(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(AlignError, match="Read-only file system"):
        store.write("associations", "us", OLD, {})
    assert not data_home.exists()


def test_a_damaged_table_is_told(data_home: Path) -> None:
    store.write("associations", "us", OLD, {})
    path = data_home / "associations" / "us.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    for look in (store.read, store.provenance):
        with pytest.raises(AlignError, match="not as it was imported: damaged or changed"):
            look("associations", "us")


def test_a_missing_table_is_told(data_home: Path) -> None:
    with pytest.raises(AlignError, match="cannot read the table"):
        store.fingerprint("associations", "us")


@pytest.mark.parametrize("name", ["../us", "", ".us", "a/b", "a b", "..", "us."])
def test_names_that_are_no_file_names_are_refused(data_home: Path, name: str) -> None:
    with pytest.raises(AlignError, match="cannot name a table"):
        store.write("associations", name, OLD, {})


def test_provenance_is_plain_json(data_home: Path) -> None:
    sha256 = store.write("associations", "us", OLD, {"licence": "für Forschung"})
    text = (data_home / "associations" / f"us.{sha256[:16]}.json").read_text(encoding="utf-8")
    assert json.loads(text)["licence"] == "für Forschung"
    assert "für" in text


@pytest.mark.parametrize("damaged", [b"", b'{"broken', b"{}", b"[]", b"\xff\xfe"])
def test_a_damaged_provenance_is_told(data_home: Path, damaged: bytes) -> None:
    sha256 = store.write("associations", "us", OLD, {"from": "old"})
    (data_home / "associations" / f"us.{sha256[:16]}.json").write_bytes(damaged)
    with pytest.raises(AlignError, match=r"us\..*\.json is damaged"):
        store.provenance("associations", "us")
    store.write("associations", "us", OLD, {"from": "old"})
    _old_is_whole()


def test_a_data_directory_that_cannot_be_read_does_not_seem_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the demo set would stand in for norms that were imported."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ALIGN_DATA", str(tmp_path / "file"))
    with pytest.raises(AlignError, match=r"cannot read the data directory .*: Not a directory"):
        store.names("associations")


def test_files_that_no_table_could_be_are_not_listed(data_home: Path) -> None:
    store.write("associations", "us", OLD, {})
    (data_home / "associations" / "my copy.parquet").write_text("")
    assert store.names("associations") == ["us"]
