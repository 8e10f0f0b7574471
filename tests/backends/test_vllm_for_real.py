"""Every task, asked of a real language model by vLLM and by transformers."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance

from align_tasks.backends.loading import SHARED, VLLM, Backend, each_loaded

from .conftest import DRAWN, SCORED, WRITTEN, first_requests

ROWS = 2
ENGINE = {"enforce_eager": True, "gpu_memory_utilization": 0.3, "max_model_len": 2048, "dtype": "float32"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # vLLM's own
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed"),
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Instance]]:
    return first_requests(ROWS, tmp_path_factory.mktemp("data"))


def test_every_task_is_answered_as_with_transformers(model: Path, asked: dict[str, list[Instance]]) -> None:
    theirs = _answers(Backend(SHARED, {"dtype": "float32"}, None, "cpu"), model, asked)
    ours = _answers(Backend(VLLM, ENGINE, None, "cpu"), model, asked)
    for name in SCORED:
        assert ours[name] == pytest.approx(theirs[name], abs=1e-3), name
        assert len(ours[name]) >= ROWS
    for name in WRITTEN:
        assert ours[name] == theirs[name], name
        assert len(ours[name]) == ROWS
    for name in DRAWN:
        for one, other, request in zip(ours[name], theirs[name], asked[name], strict=True):
            choices = request.args[1]["choices"]
            assert _shares(one, choices) == pytest.approx(_shares(other, choices), abs=0.25), name


def _answers(backend: Backend, model: Path, asked: dict[str, list[Instance]]) -> dict[str, list[Any]]:
    (loaded,) = each_loaded(backend, str(model), [None])
    scores = {name: [score for score, _ in loaded.loglikelihood(asked[name])] for name in SCORED}
    return scores | {name: loaded.generate_until(asked[name]) for name in (*WRITTEN, *DRAWN)}


def _shares(drawn: str, choices: list[str]) -> list[float]:
    """Of 100 draws: two shares of one choice differ by 0.07 at most, as one standard deviation."""
    lines = drawn.split("\n")
    assert len(lines) == 100
    assert set(lines) <= set(choices)
    return [lines.count(choice) / len(lines) for choice in choices]
