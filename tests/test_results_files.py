"""The files of an evaluation: whole, or not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.results_files import write_results


class Tracker:
    """lm-eval's, that writes what a test wants it to."""

    date_id = "2026"

    class general_config_tracker:
        model_name_sanitized = "model"

    def __init__(self, results: str, sample: str) -> None:
        self.output_path = ""
        self._results, self._sample = results, sample

    @property
    def _folder(self) -> Path:
        folder = Path(self.output_path) / "model"
        folder.mkdir(exist_ok=True)
        return folder

    def save_results_aggregated(self, results: Any, samples: Any) -> None:
        (self._folder / "results_2026.json").write_text(self._results)

    def save_results_samples(self, task_name: str, samples: Any) -> None:
        (self._folder / f"samples_{task_name}_2026.jsonl").write_text(self._sample * len(samples))


def _found() -> dict[str, Any]:
    return {"configs": {"wvs_us": {}}, "samples": {"wvs_us": [1, 2]}}


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_are_put_beside_earlier_ones(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "results_2025.json").write_text("{}")
    files = write_results(Tracker('{"a": 1}', "{}\n"), _found(), tmp_path)
    assert json.loads(files.results.read_text()) == {"a": 1}
    assert [file.read_text() for file in files.samples] == ["{}\n{}\n"]
    assert _files(tmp_path) == [
        "model/results_2025.json",
        "model/results_2026.json",
        "model/samples_wvs_us_2026.jsonl",
    ]


@pytest.mark.parametrize(
    ("results", "sample", "told"),
    [
        ('{"results": ', "{}\n", r"not whole: results_2026\.json\n"),  # what a full disk leaves
        ("{}", "{}", r"not whole: samples_wvs_us_2026\.jsonl\n"),
        ("", "", r"results_2026\.json, samples_wvs_us_2026\.jsonl\n"),
    ],
)
def test_files_that_are_not_whole_are_an_error_and_not_left(
    results: str, sample: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(AlignError, match=told):
        write_results(Tracker(results, sample), _found(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_that_could_not_be_written_at_all_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing: Callable[..., None] = lambda *_, **__: None  # lm-eval only warns  # noqa: E731
    monkeypatch.setattr(Tracker, "save_results_aggregated", nothing)
    monkeypatch.setattr(Tracker, "save_results_samples", nothing)
    with pytest.raises(AlignError, match=r"not written.*results_2026\.json, samples_wvs_us"):
        write_results(Tracker("", ""), _found(), tmp_path)
