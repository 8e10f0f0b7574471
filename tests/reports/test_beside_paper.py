"""The figures of the paper, and whose figures stand beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from align_tasks.comparison.read import compare_results
from align_tasks.reports.beside_paper import Beside, Line, beside_paper, paper_figures

from .conftest import RECIPE
from .folders import Folder, scores

SFT = {"trainer": "sft", "culture": "us", "recipe": {"seed": 1}, "data": {}}


@pytest.fixture
def folder(tmp_path: Path, trainer: None, data_home: Path) -> Folder:
    """An experiment with the untrained model only."""
    made = Folder(tmp_path / "out")
    made.model(scores(0, 0.2))
    return made


def beside(folder: Folder) -> list[Beside]:
    comparison, _ = compare_results([folder.written() / "results"], "Base-1B")
    return beside_paper(comparison)


def ours(folder: Folder) -> Line:
    (figure,) = beside(folder)
    (line,) = [one for one in figure.lines if not one.is_paper]
    return line


@pytest.mark.parametrize(("task", "least", "most"), [("swow_us", 0.16, 0.20), ("swow_zh", 0.43, 1.65)])
def test_the_gains_are_those_of_the_abstract(task: str, least: float, most: float) -> None:
    (figure,) = [one for one in paper_figures() if (one.task, one.metric) == (task, "p_at_5")]
    gains = [told["sft"] / told["untrained"] - 1 for told in figure.models.values()]
    assert [round(gain, 2) for gain in sorted(gains)] == [least, most]


def test_the_aligned_items_are_those_of_the_abstract() -> None:
    (figure,) = [one for one in paper_figures() if one.task == "wvs_tension_zh"]
    assert {way: 50 * share for way, share in figure.models["Qwen2.5-7B"].items()} == {
        "untrained": 13,
        "sft": 25,
    }


def test_figures_and_changes_are_those_of_the_comparison(folder: Folder) -> None:
    for seed in (1, 2):
        folder.adapter(f"sft-{seed}", scores(seed, 0.5), {**RECIPE, "seed": seed})
    comparison, _ = compare_results([folder.written() / "results"], "Base-1B")
    (figure,) = beside_paper(comparison)
    assert (figure.task, figure.metric) == ("swow_us", "p_at_5")
    paper = [line for line in figure.lines if line.is_paper]
    assert paper[0] == Line("Llama-3.1-8B", True, {"untrained": ["0.755"], "sft": ["0.875 (+0.120)"]})
    (column,) = comparison.tables[0].columns
    base, sft = (column.cells[label] for label in ("Base-1B", "Base-1B + sft (2 seeds)"))
    assert base.interval is not None
    assert sft.change is not None
    assert sft.change.interval is not None
    assert ours(folder).figures == {
        "untrained": [f"{base.value:.3f} [{base.interval.low:.3f} to {base.interval.high:.3f}]"],
        "sft": [
            f"{sft.value:.3f} ({sft.change.value:+.3f}) "
            f"[{sft.change.interval.low:+.3f} to {sft.change.interval.high:+.3f}]"
        ],
    }


def test_ppo_alone_and_ppo_after_sft_are_other_trainings(folder: Folder) -> None:
    folder.adapter("ppo-1", scores(1, 0.3), RECIPE, trainer="ppo")
    folder.adapter("both-1", scores(2, 0.6), RECIPE, trainer="ppo", start="sft-1", starts=[SFT])
    assert set(ours(folder).figures) == {"untrained", "ppo", "sft-ppo"}


def test_of_two_recipes_of_one_training_both_are_told(folder: Folder) -> None:
    folder.adapter("short-1", scores(1, 0.3), {**RECIPE, "max_steps": 3})
    folder.adapter("long-1", scores(2, 0.6), {**RECIPE, "max_steps": 9})
    assert len(ours(folder).figures["sft"]) == 2


@pytest.mark.parametrize(
    "others",
    [
        {"culture": "zh"},
        {"trainer": "grpo"},
        {"trainer": "ppo", "starts": [{"name": "theirs", "sha256": "e" * 64}]},
        {"trainer": "ppo", "starts": [{**SFT, "culture": "zh"}]},
        {"trainer": "ppo", "starts": [SFT, SFT]},
    ],
)
def test_trainings_that_the_paper_has_not_stand_beside_nothing(
    folder: Folder, others: dict[str, Any]
) -> None:
    folder.adapter("one-1", scores(1, 0.3), RECIPE, **others)
    assert beside(folder) == []


def test_what_was_trained_on_test_cues_says_so(folder: Folder) -> None:
    folder.adapter("sft-1", scores(1, 0.3), RECIPE, metadata={"trained_test_cues": 4})
    assert ours(folder).figures["sft"][0].endswith("(trained on 4 test cues)")
