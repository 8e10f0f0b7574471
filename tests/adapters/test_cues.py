"""Cues as hashes. The expected ones are what `printf 'align-tasks cue 1\\0red' | sha256sum` prints."""

from __future__ import annotations

import hashlib
from pathlib import Path

from align_tasks.adapters.cues import FILE, cue_hash, cues_fingerprint, cues_text, read_cues

RED, FLOWER = "3fb26012b56ce464", "2dc64c6577686dfb"


def test_the_hash_of_a_cue_is_what_sha256sum_says() -> None:
    assert cue_hash("red") == RED
    assert cue_hash("花") == FLOWER


def test_the_file_names_its_rule_and_holds_each_hash_once_in_order() -> None:
    rule, *hashes = cues_text([RED, FLOWER, RED]).splitlines()
    assert rule.startswith("# ")
    assert "align-tasks cue 1" in rule
    assert hashes == [FLOWER, RED]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(cues_text([RED, FLOWER]))
    assert read_cues(tmp_path) == {RED, FLOWER}


def test_a_file_that_was_edited_on_another_system_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(f"\ufeff# rule\r\n{RED}\r\n\r\nno hash\r\n".encode())
    assert read_cues(tmp_path) == {RED}


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert read_cues(tmp_path) is None


def test_the_fingerprint_is_that_of_the_sorted_lines() -> None:
    expected = hashlib.sha256(f"{FLOWER}\n{RED}".encode()).hexdigest()[:12]
    assert cues_fingerprint([RED, FLOWER, RED]) == expected
