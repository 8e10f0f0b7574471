"""The model that reads what texts have in common once, beside lm-eval's own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from scipy.stats import chisquare
from transformers import (
    AutoTokenizer,
    BloomConfig,
    BloomForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
)

from align_tasks.backends.loading import SHARED
from align_tasks.backends.shared import SharedPrefixLM
from align_tasks.metrics import softmax

from .conftest import CUES, scoring, writing

Make = Callable[..., SharedPrefixLM]


def _agree(ours: list[tuple[float, bool]], theirs: list[tuple[float, bool]], tolerance: float) -> None:
    assert [score for score, _ in ours] == pytest.approx([score for score, _ in theirs], abs=tolerance)
    assert [is_likeliest for _, is_likeliest in ours] == [is_likeliest for _, is_likeliest in theirs]


@pytest.mark.parametrize("row_tokens", [1, 64, 4096])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_log_likelihoods_are_those_of_hf(
    row_tokens: int, attention: str, hf: HFLM, shared: Make, requests: list[Instance]
) -> None:
    ours = shared(row_tokens=row_tokens, attn_implementation=attention)
    _agree(ours.loglikelihood(requests), hf.loglikelihood(requests), 1e-4)


def test_in_bfloat16_they_are_nearer_to_those_in_float32_than_hf_is(
    tiny_model: Path, hf: HFLM, shared: Make, requests: list[Instance]
) -> None:
    exact = [score for score, _ in hf.loglikelihood(requests)]
    ours = [score for score, _ in shared(dtype="bfloat16").loglikelihood(requests)]
    other = HFLM(str(tiny_model), device="cpu", batch_size=64, dtype="bfloat16")
    theirs = [score for score, _ in other.loglikelihood(requests)]
    assert ours == pytest.approx(exact, abs=0.25)
    assert sum(abs(a - b) for a, b in zip(ours, exact, strict=True)) < sum(
        abs(a - b) for a, b in zip(theirs, exact, strict=True)
    )


def test_a_text_that_is_too_long_loses_its_beginning_as_with_hf(tiny_model: Path, shared: Make) -> None:
    asked = [scoring("the beginning of a long text " * 3, word) for word in ("tea", "dog")]
    theirs = HFLM(str(tiny_model), device="cpu", batch_size=2, dtype="float32", max_length=32)
    _agree(shared(max_length=32).loglikelihood(asked), theirs.loglikelihood(asked), 1e-4)


def test_texts_of_one_row_are_computed_once(
    shared: Make, requests: list[Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, read = shared(), []
    model.loglikelihood(requests[:2])  # after which it is known that the model can read rows
    forward = model.model.forward
    monkeypatch.setattr(
        model.model, "forward", lambda **given: read.append(given["input_ids"].numel()) or forward(**given)
    )
    asked = [scoring("0123456789", answer) for answer in ("ab", "ac", "bc", "b")]
    model.loglikelihood(asked)
    assert read == [12]  # ten of the question, and an "a" and a "b"


@pytest.mark.parametrize("batch_size", [1, 3, None])
def test_what_it_writes_is_what_hf_writes(batch_size: int | None, hf: HFLM, shared: Make) -> None:
    asked = [
        writing(f"{cue} and {other}", until=until) for cue in CUES for other in CUES for until in ([], ["e"])
    ]
    assert shared(batch_size=batch_size).generate_until(asked) == hf.generate_until(asked)


TINY = {"vocab_size": 257, "bos_token_id": None, "eos_token_id": 0, "pad_token_id": 0}
ROWS = {
    "absolute positions": lambda: GPT2LMHeadModel(GPT2Config(n_embd=16, n_layer=2, n_head=2, **TINY)),
    "a window": lambda: MistralForCausalLM(
        MistralConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            sliding_window=40,
            **TINY,
        )
    ),
}
NO_ROWS = {
    "positions from distances": lambda: BloomForCausalLM(
        BloomConfig(hidden_size=16, n_layer=2, n_head=2, **TINY)
    ),
    "a state": lambda: MambaForCausalLM(
        MambaConfig(hidden_size=16, num_hidden_layers=2, state_size=4, **TINY)
    ),
}


def _saved(make: Callable[[], Any], tiny_model: Path, folder: Path) -> Path:
    torch.manual_seed(0)
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    return folder


@pytest.mark.filterwarnings("ignore")  # of the models about themselves
@pytest.mark.parametrize("kind", [*ROWS, *NO_ROWS])
def test_other_architectures_answer_as_with_hf(
    kind: str,
    tiny_model: Path,
    tmp_path: Path,
    shared: Make,
    requests: list[Instance],
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = _saved((ROWS | NO_ROWS)[kind], tiny_model, tmp_path)
    theirs = HFLM(str(folder), device="cpu", batch_size=1, dtype="float32").loglikelihood(requests)
    with caplog.at_level(logging.WARNING, "align_tasks"):
        _agree(shared(folder).loglikelihood(requests), theirs, 1e-3)
    assert ("read one by one" in caplog.text) == (kind in NO_ROWS)


@pytest.mark.filterwarnings("ignore")  # of the models about themselves
@pytest.mark.parametrize("kind", [*ROWS, *NO_ROWS])
def test_other_architectures_draw_by_their_probabilities(
    kind: str, tiny_model: Path, tmp_path: Path, shared: Make
) -> None:
    """After a context longer than the window of one of them."""
    model = shared(_saved((ROWS | NO_ROWS)[kind], tiny_model, tmp_path))
    context = "a long walk to the sea, and then back again:"
    settings = {"choices": ["A", "B", "C"], "samples": 1500, "temperature": 1.0, "seed": 1}
    (drawn,) = model.generate_until([writing(context, **settings)])
    counts = Counter(drawn.split("\n"))
    scores = [score for score, _ in model.loglikelihood([scoring(context, one) for one in "ABC"])]
    expected = 1500 * softmax(np.array(scores))
    assert chisquare([counts[one] for one in "ABC"], expected).pvalue > 0.001


def test_a_window_that_no_text_fills_is_no_reason_to_read_them_one_by_one(
    tiny_model: Path, tmp_path: Path, shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shared(_saved(ROWS["a window"], tiny_model, tmp_path))
    asked = [scoring("tea", " cup"), scoring("tea", " dog")]
    model.loglikelihood(asked)
    alone: list[int] = []
    monkeypatch.setattr(model, "_asked_one_by_one", lambda requests, *_: alone.append(len(requests)) or [])
    model.loglikelihood(asked)
    assert alone == []
    model.loglikelihood([*asked, scoring("long" * 10, "er")])
    assert alone == [3]


@pytest.mark.parametrize(
    ("apart", "shares"),
    [
        ([0.3] + [0.0] * 8, True),
        ([0.2] * 9, False),
        ([0.6] + [0.0] * 8, False),
        ([0.0, float("nan")] + [0.0] * 7, False),
    ],
)
def test_rounding_in_bfloat16_is_no_reason_to_read_texts_one_by_one(
    apart: list[float],
    shares: bool,
    shared: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    model = shared(dtype="bfloat16")
    asked: list[Any] = [(None, [1, 2, number], [3]) for number in range(9)]
    alone = [score for score, _ in model._asked_one_by_one(asked, True)]
    found = [(score + more, True) for score, more in zip(alone, apart, strict=True)]
    monkeypatch.setattr(model, "_score", lambda texts: found)
    with caplog.at_level(logging.WARNING, "align_tasks"):
        assert model._can_share(asked) == shares
    assert ("read one by one" in caplog.text) != shares


@pytest.mark.parametrize(("given", "at_once"), [(None, 3), (8, 8)])
def test_few_texts_are_read_one_by_one_at_once_where_their_logits_are_many(
    given: int | None, at_once: int, shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, seen = shared(batch_size=given), []
    asked: list[Any] = [(None, [1] * 9, [2]), (None, [1], [2])]
    monkeypatch.setattr("align_tasks.backends.shared.LOGITS_OF_BATCH", 35 * len(model.tokenizer))
    as_hf = HFLM._loglikelihood_tokens

    def watched(self: HFLM, *given: Any, **options: Any) -> Any:
        seen.append(self.batch_size)
        return as_hf(self, *given, **options)

    monkeypatch.setattr(HFLM, "_loglikelihood_tokens", watched)
    assert len(model._asked_one_by_one(asked, True)) == 2
    assert seen == [at_once]
    assert model.batch_size == (given or 64)


class _Short:
    """Memory for so many tokens."""

    def __init__(self, model: SharedPrefixLM, tokens: int) -> None:
        self._logits, self._tokens = model._logits, tokens

    def __call__(self, tree: Any, columns: Any) -> torch.Tensor:
        if len(tree) > self._tokens:
            raise torch.OutOfMemoryError("no memory")
        return self._logits(tree, columns)


def test_rows_are_halved_where_memory_is_short(
    hf: HFLM, shared: Make, requests: list[Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shared()
    model.loglikelihood(requests[:2])
    monkeypatch.setattr(model, "_logits", _Short(model, 130))
    _agree(model.loglikelihood(requests), hf.loglikelihood(requests), 1e-4)
    assert model._row_tokens == 128
    monkeypatch.setattr(model, "_logits", _Short(model, 20))
    with pytest.raises(torch.OutOfMemoryError):
        model.loglikelihood(requests)


def test_fewer_answers_are_written_at_once_where_memory_is_short(
    hf: HFLM, shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, sizes = shared(), []
    generate = model.model.generate

    def short(input_ids: torch.Tensor, **given: Any) -> Any:
        sizes.append(len(input_ids))
        if len(input_ids) > 10:
            raise torch.OutOfMemoryError("no memory")
        return generate(input_ids=input_ids, **given)

    monkeypatch.setattr(model.model, "generate", short)
    asked = [writing("tea" * number) for number in range(1, 20)]
    assert model.generate_until(asked) == hf.generate_until(asked)
    assert sizes == [19, 19, 16, 8, 8, 3]


def test_the_place_of_a_process_is_that_among_all_of_them(
    tiny_model: Path, shared: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Accelerator:
        process_index, num_processes, device = 5, 16, torch.device("cpu")

        def unwrap_model(self, model: Any) -> Any:
            return model

        def __init__(self, **_: Any) -> None: ...

    import lm_eval.models.huggingface as theirs

    monkeypatch.setattr(theirs, "Accelerator", Accelerator)
    model = shared()
    assert (model.rank, model.world_size) == (5, 16)


def test_it_is_a_model_of_lm_eval() -> None:
    from lm_eval.api.registry import get_model

    assert get_model(SHARED) is SharedPrefixLM
