from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl

from align_tasks.cultures import get_culture
from align_tasks.data import tables
from align_tasks.data.imports import import_file
from align_tasks.survey.wvs7 import FOLDER, WVS7

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_wvs_shares.py"


def _check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, env=os.environ, check=False, capture_output=True, text=True)


def _import_shares(off_by: float) -> None:
    """Store the shipped shares of the USA as if counted, with those of Q1 off by so much."""
    items = WVS7.items()
    rows = []
    for item, answers in WVS7.answers(get_culture("us")).items():
        distribution = list(answers.shares)
        if item == "Q1":
            distribution[0] -= off_by
            distribution[1] += off_by
        options = [str(code) for code in items[item].codes]
        row = {"item": item, "scale": items[item].scale, "options": options, "distribution": distribution}
        rows.append(row)
    frame = pl.DataFrame(rows).with_columns(
        wave=pl.lit("7"),
        culture=pl.lit("USA"),
        language=pl.lit("en"),
        question=pl.col("item"),
        n=pl.lit(2596),
        weighted=pl.lit(False),
    )
    tables.write_table("items", "wvs7.USA", frame, {})


def test_shares_within_half_a_point_agree(data_home: Path) -> None:
    _import_shares(0.004)
    done = _check()
    assert done.returncode == 0, done.stderr
    assert "163 of 163 items are in both; 163 agree" in done.stdout
    assert "largest difference, unweighted: 0.400 points (Q1)" in done.stdout


def test_shares_off_by_more_are_listed(data_home: Path) -> None:
    _import_shares(0.006)
    done = _check()
    assert done.returncode == 1
    assert "162 agree" in done.stdout
    assert "\n| Q1 | 89.32 8.52 1.85 0.31 | 88.72 9.12 1.85 0.31 | none | 2596 |" in done.stdout


def test_without_microdata_it_says_how_to_import_them(data_home: Path) -> None:
    done = _check()
    assert done.returncode == 1
    assert "no microdata have been imported" in done.stderr
    assert "align data import wvs FILE" in done.stderr


def test_the_shipped_shares_are_those_of_the_real_file(data_home: Path, shared_data: Path) -> None:
    for name in ("United_States", "Japan"):
        import_file(shared_data / f"wvs/WVS_Wave_7_{name}_Excel.xlsx", "wvs")
    published = shared_data / "wvs/wvs7.shares.6_countries.json"
    done = _check("--published", published)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "163 of 163 items are in both; 163 agree" in done.stdout
    japan = sum("Japan" in item["shares_percent"] for item in json.loads(published.read_text()).values())
    assert f"{japan} of {japan} items are in both; {japan} agree" in done.stdout


def test_the_shipped_shares_are_what_the_microdata_give(data_home: Path, shared_data: Path) -> None:
    import_file(shared_data / "wvs" / "WVS_Wave_7_United_States_Excel.xlsx", "wvs")
    shares = FOLDER / "answers.USA.json"
    shipped = shares.read_bytes()
    try:
        done = _check("--write")
        assert done.stdout.endswith("Wrote answers.USA.json with the counted shares.\n")
        assert shares.read_bytes() == shipped
    finally:
        shares.write_bytes(shipped)
