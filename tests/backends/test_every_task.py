"""Every task, asked of lm-eval's model and of ours: batch sizes, number formats and sides of padding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from align_tasks.backends.shared import SharedPrefixLM

from .conftest import SCORED, WRITTEN, first_requests

Make = Callable[..., SharedPrefixLM]
ROWS = 3


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Instance]]:
    """The requests of the first rows of each task, on the demo norms."""
    return first_requests(ROWS, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def many_at_once(tiny_model: Path) -> HFLM:
    """Plain lm-eval, many texts at a time, padded to one length."""
    return HFLM(str(tiny_model), device="cpu", batch_size=64, dtype="float32")


def _scores(model: Any, requests: list[Instance]) -> list[float]:
    return [score for score, _ in model.loglikelihood(requests)]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("task", SCORED)
def test_log_likelihoods_are_those_of_hf_padded_and_not(
    task: str, side: str, asked: dict[str, list[Instance]], hf: HFLM, many_at_once: HFLM, shared: Make
) -> None:
    ours = shared()
    ours.tokenizer.padding_side = side
    found = _scores(ours, asked[task])
    assert len(found) == len(asked[task])
    assert found == pytest.approx(_scores(hf, asked[task]), abs=1e-3)
    assert found == pytest.approx(_scores(many_at_once, asked[task]), abs=1e-3)


@pytest.mark.parametrize("task", SCORED)
def test_in_bfloat16_log_likelihoods_are_near_those_in_float32(
    task: str, asked: dict[str, list[Instance]], hf: HFLM, shared: Make
) -> None:
    """bfloat16 keeps 8 bits, so that a token is off by about 2^-8 of its log-likelihood of 6 nats."""
    found, exact = _scores(shared(dtype="bfloat16"), asked[task]), _scores(hf, asked[task])
    tokens = [len(continuation.encode()) for _, continuation in (one.args for one in asked[task])]
    off = [abs(a - b) / length for a, b, length in zip(found, exact, tokens, strict=True)]
    assert max(off) < 0.03


@pytest.mark.parametrize("batch_size", [1, 64])
@pytest.mark.parametrize("task", WRITTEN)
def test_texts_are_those_of_hf(
    task: str, batch_size: int, asked: dict[str, list[Instance]], hf: HFLM, shared: Make
) -> None:
    found = shared(batch_size=batch_size).generate_until(asked[task])
    assert found == hf.generate_until(asked[task])
    assert len(found) == ROWS
