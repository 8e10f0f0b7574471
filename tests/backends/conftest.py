"""Tiny models in lm-eval's terms, and requests to ask them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from align_tasks.backends.shared import SharedPrefixLM
from align_tasks.evaluation import task_manager

SCORED = ("swow_us_dist", "swow_zh_dist", "wvs_us", "wvs_zh", "wvs_tension_us", "wvs_tension_zh")
"""Tasks whose answers are log-likelihoods."""
WRITTEN = ("swow_us", "swow_zh", "swow_us_rank", "swow_zh_rank")
"""Tasks whose answers are written, greedily."""
DRAWN = ("wvs_us_sampled", "wvs_zh_sampled")
"""Tasks whose answers are drawn."""
CUES = ("tea", "teapot", "dog", "a long walk")
INSTRUCTION = "Which word comes to mind?\n"


@pytest.fixture(scope="session")
def hf(tiny_model: Path) -> HFLM:
    """Plain lm-eval, one text at a time."""
    return HFLM(str(tiny_model), device="cpu", batch_size=1, dtype="float32")


@pytest.fixture
def shared(tiny_model: Path) -> Callable[..., SharedPrefixLM]:
    """Makes ours of the same model, or of another."""

    def made(model: Path = tiny_model, **given: Any) -> SharedPrefixLM:
        return SharedPrefixLM(str(model), device="cpu", **({"dtype": "float32"} | given))

    return made


def scoring(context: str, continuation: str) -> Instance:
    """A request for a log-likelihood."""
    return Instance("loglikelihood", {}, (context, continuation), 0)


def writing(context: str, **settings: Any) -> Instance:
    """A request for a text."""
    return Instance("generate_until", {}, (context, {"max_gen_toks": 8, "until": []} | settings), 0)


def first_requests(rows: int, data: Path) -> dict[str, list[Instance]]:
    """The requests of the first rows of each task, on the demo norms; `data` is an empty data directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_DATA", str(data))
        tasks = task_manager({"norms": "demo"}).load([*SCORED, *WRITTEN, *DRAWN])["tasks"]
    for task in tasks.values():
        task.build_all_requests(limit=rows, rank=0, world_size=1)
    return {name: task.instances for name, task in tasks.items()}


@pytest.fixture
def requests() -> list[Instance]:
    """Candidates of several cues, of one token and of more, repeated ones, and odd texts."""
    asked = [
        scoring(f"{INSTRUCTION}{cue}:", candidate)
        for cue in CUES
        for candidate in (" cup", " cupboard", "A", "B", " 茶", "x" * 20)
    ]
    odd = [scoring("", "nothing before it"), scoring("spaces move  ", "over"), scoring("tea", "tea")]
    return [*asked, *odd, asked[0]]
