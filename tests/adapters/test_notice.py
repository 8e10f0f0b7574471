"""What each task notices about the weights that it evaluates."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.notice import TrainedCues, find_trained_cues, trained_on_demo
from align_tasks.errors import AlignError

TEST_CUES = ["moon", "red", "sea", "moon"]  # three, one of them twice
Seal = Callable[..., Any]


@pytest.mark.parametrize(
    ("trained_on", "seen"),
    [(["tree"], set()), (["moon"], {"moon"}), (["red", "sea", "sun", "red"], {"red", "sea"})],
)
def test_test_cues_that_were_trained_on_are_found_each_once(
    trained_on: list[str], seen: set[str], sealed: Seal, trained: Path
) -> None:
    sealed(cues=trained_on)
    found = find_trained_cues("swow_us", TEST_CUES, {"peft": str(trained)})
    assert found == [TrainedCues("swow_us", "peft", 3, frozenset(seen))]


def test_they_are_told_in_the_log_with_the_folder(
    sealed: Seal, trained: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(cues=["moon", "sea"])
    find_trained_cues("swow_us", TEST_CUES, {"peft": str(trained)})
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message == (
        f"{trained}: trained on 2 of the 3 test cues of swow_us: its figures are not those of unseen cues"
    )


def test_of_other_cues_nothing_is_told(sealed: Seal, trained: Path, caplog: pytest.LogCaptureFixture) -> None:
    sealed(cues=["tree"])
    (found,) = find_trained_cues("swow_us", TEST_CUES, {"peft": str(trained)})
    assert found.problem is None
    assert caplog.records == []


def test_model_and_adapter_are_looked_at_each_by_itself(sealed: Seal, base: Path, trained: Path) -> None:
    sealed(base, cues=["moon", "sea"])
    sealed(trained, cues=["red", "sea"])
    found = find_trained_cues("swow_us", TEST_CUES, {"pretrained": str(base), "peft": str(trained)})
    assert [(one.weights, one.cues) for one in found] == [
        ("pretrained", {"moon", "sea"}),
        ("peft", {"red", "sea"}),
    ]


@pytest.mark.parametrize(
    "metadata", [{}, {"peft": "somebody/adapter"}, {"peft": "./nowhere"}, {"peft": None, "pretrained": 7}]
)
def test_without_a_folder_nothing_is_known(metadata: dict[str, Any]) -> None:
    assert find_trained_cues("swow_us", TEST_CUES, metadata) == []
    assert not trained_on_demo(metadata)


def test_of_weights_trained_elsewhere_nothing_is_known(base: Path, trained: Path) -> None:
    metadata = {"pretrained": str(base), "peft": str(trained)}
    assert find_trained_cues("swow_us", TEST_CUES, metadata) == []
    assert not trained_on_demo(metadata)


@pytest.mark.parametrize("which", ["pretrained", "peft"])
def test_weights_of_the_demo_norms_are_known_by_their_record(which: str, sealed: Seal, trained: Path) -> None:
    sealed()
    assert not trained_on_demo({which: str(trained)})
    sealed(data={"norms": "demo"})
    assert trained_on_demo({which: str(trained)})


def test_a_damaged_record_is_told(trained: Path) -> None:
    (trained / "align.json").write_text("{}")
    with pytest.raises(AlignError, match=r"align\.json is damaged"):
        trained_on_demo({"peft": str(trained)})


def test_tasks_import_nothing_more_for_it() -> None:
    unneeded = ("torch", "pydantic", "peft", "align_tasks.adapters.seal", "align_tasks.adapters.record")
    code = f"import sys, align_tasks.tasks.task; print([m for m in {unneeded} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
