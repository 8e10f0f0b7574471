"""Figures against a setting that trainings vary."""

from __future__ import annotations

import re
from typing import Any

import pytest

from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.read import compare_results
from align_tasks.reports.against import against_settings
from align_tasks.reports.tables import shown_tables
from align_tasks.reports.varied import varied

from .conftest import RECIPE
from .folders import Folder, scores

NUMBER = r"[\d.]+"
SHARES = {0.01: 0.2, 0.1: 0.3, 1.0: 0.5}


@pytest.fixture
def shares(trainer: None, data_home: Any, tmp_path: Any) -> Folder:
    """Trainings on three shares, two seeds of each, and the model before them."""
    folder = Folder(tmp_path / "out")
    folder.model(scores(0, 0.1))
    for share, level in SHARES.items():
        for seed in (1, 2):
            settings = {**RECIPE, "fraction": share, "seed": seed}
            folder.adapter(f"sft-{share}-fraction-{seed}", scores(seed, level), settings)
    return folder


def compared(folder: Folder) -> Comparison:
    return compare_results([folder.path / "results"], "Base-1B")[0]


def test_rows_that_differ_in_one_number_are_found_in_its_order(shares: Folder) -> None:
    (found,) = varied(compared(shares).rows)
    assert (found.setting, found.about) == ("fraction", "Base-1B, sft, culture us")
    assert list(found.labels.items()) == [
        (share, f"Base-1B + sft-{share}-fraction (2 seeds)") for share in sorted(SHARES)
    ]


@pytest.mark.parametrize(
    "other", [{"fraction": "all"}, {"fraction": True}, {"fraction": 1.0, "epochs": 9}, {"epochs": 9}]
)
def test_no_other_row_stands_among_them(shares: Folder, other: dict[str, Any]) -> None:
    shares.adapter("other-1", scores(1, 0.9), {**RECIPE, **other})
    (found,) = varied(compared(shares).rows)
    assert sorted(found.labels) == sorted(SHARES)


def test_two_values_are_no_curve(experiment: Folder) -> None:
    experiment.adapter("more-1", scores(1, 0.5), {**RECIPE, "max_steps": 99})
    assert varied(compared(experiment).rows) == []


def test_a_grid_of_two_settings_has_a_curve_for_each_value_of_the_other(shares: Folder) -> None:
    for share in SHARES:
        shares.adapter(f"long-{share}-fraction-1", scores(3, 0.5), {**RECIPE, "fraction": share, "epochs": 9})
    found = varied(compared(shares).rows)
    assert sorted(one.about for one in found) == [
        f"Base-1B, sft, culture us, epochs {epochs}" for epochs in (3, 9)
    ]


def test_points_stand_where_the_figures_are(shares: Folder) -> None:
    comparison = compared(shares)
    tables = shown_tables(comparison)
    (chart,) = against_settings(comparison, tables)
    assert chart.title == "swow_us: p_at_5 against fraction"
    assert chart.about.startswith("Base-1B, sft, culture us; 12 items")
    told = f'aria-label="fraction: ({NUMBER}); (figure|low): ({NUMBER})(?:; high: ({NUMBER}))?"'
    drawn = re.findall(told, chart.svg)
    points = {(float(share), of): (float(a), float(b or "nan")) for share, of, a, b in drawn}
    cells = tables[0].metrics[0].column.cells
    for share in SHARES:
        cell = cells[f"Base-1B + sft-{share}-fraction (2 seeds)"]
        assert cell.interval is not None
        assert points[share, "figure"][0] == pytest.approx(cell.value)
        assert points[share, "low"] == pytest.approx((cell.interval.low, cell.interval.high))
