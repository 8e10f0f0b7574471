"""vLLM itself, where it is installed, beside transformers."""

from __future__ import annotations

import importlib.util
import json
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance

from align_tasks.backends.answers import AnswerStore
from align_tasks.backends.loading import SHARED, VLLM, Backend, each_loaded
from align_tasks.backends.vllm import room_for
from align_tasks.errors import AlignError

from .conftest import scoring, writing

HAS_VLLM = importlib.util.find_spec("vllm") is not None
ENGINE = {"enforce_eager": True, "gpu_memory_utilization": 0.3, "max_model_len": 256, "dtype": "float32"}


def test_vllm_that_is_not_installed_is_told(tiny_model: Path) -> None:
    if HAS_VLLM:
        pytest.skip("it is installed")
    with pytest.raises(AlignError, match="needs vLLM"):
        next(each_loaded(Backend(VLLM, {}, None, "cpu"), str(tiny_model), [None]))


@pytest.mark.parametrize(
    ("ranks", "room"),
    [([{"r": 2}], 8), ([{"r": 9}, {"r": 8}], 16), ([{"r": 4, "rank_pattern": {"q": 33}}], 64)],
)
def test_there_is_room_for_the_highest_rank(ranks: list[Any], room: int, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(len(ranks))]
    for folder, config in zip(folders, ranks, strict=True):
        folder.mkdir()
        (folder / "adapter_config.json").write_text(json.dumps(config))
    assert room_for([str(folder) for folder in folders]) == room


@pytest.fixture(scope="module")
def model(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a shape that vLLM takes on a CPU."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("models") / "small"
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=257,
        hidden_size=128,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapters(model: Path, make_adapter: Callable[..., Path]) -> list[str | None]:
    """The base, and two adapters of different ranks."""
    return [None, str(make_adapter(1, model)), str(make_adapter(2, model, r=12, lora_alpha=12))]


@pytest.fixture(scope="module")
def asked() -> list[Instance]:
    """More candidates of one cue than vLLM tells of at once, a repeated one, and an empty context."""
    texts = [("tea:", chr(number)) for number in range(33, 180)]
    texts += [("tea:", f" cup{number}") for number in range(9)] + [
        ("dog:", " cup1"),
        ("", "dog"),
        ("tea:", "!"),
    ]
    return [scoring(*text) for text in texts]


TEXTS = [writing(f"{word}:", max_gen_toks=6, do_sample=False) for word in ("tea", "dog", "a long walk")]
CHOICES = {"choices": ["A", "B", "C"], "samples": 2000, "temperature": 1.0, "seed": 3}


def _answers(backend: str, engine: dict[str, Any], model: Path, adapters: Any, asked: Any) -> list[Any]:
    found = []
    for loaded in each_loaded(Backend(backend, engine, None, "cpu"), str(model), adapters):
        found.append((loaded.loglikelihood(asked), loaded.generate_until(TEXTS)))
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # vLLM's own
@pytest.mark.skipif(not HAS_VLLM, reason="vLLM is not installed")
def test_base_and_adapters_answer_as_with_transformers(
    model: Path, adapters: Any, asked: list[Instance], tmp_path: Path
) -> None:
    theirs = _answers(SHARED, {"dtype": "float32", "max_length": 255}, model, adapters, asked)
    ours = []
    for number, loaded in enumerate(each_loaded(Backend(VLLM, ENGINE, None, "cpu"), str(model), adapters)):
        loaded.answers = AnswerStore(tmp_path / f"{number}.sqlite")
        ours.append((loaded.loglikelihood(asked), loaded.generate_until(TEXTS)))
        if number == 0:
            (drawn,) = loaded.generate_until([writing("tea:", **CHOICES)])
            assert loaded.generate_until([writing("tea:", **CHOICES)]) == [drawn]
            engine, loaded.model = loaded.model, None  # what is kept is not asked again
            assert loaded.loglikelihood(asked) == ours[0][0]
            loaded.model = engine
    for (one, texts), (other, other_texts) in zip(ours, theirs, strict=True):
        assert [score for score, _ in one] == pytest.approx([score for score, _ in other], abs=1e-3)
        assert [is_likeliest for _, is_likeliest in one] == [is_likeliest for _, is_likeliest in other]
        cut = "\N{REPLACEMENT CHARACTER}"  # of a character that was not finished: vLLM leaves it out
        assert [text.rstrip(cut) for text in texts] == [text.rstrip(cut) for text in other_texts]
    assert len({scores[0][0] for scores, _ in ours}) == 3
    _follows_the_probabilities(drawn, [ours[0][0][ord(letter) - 33][0] for letter in "ABC"])


def _follows_the_probabilities(drawn: str, scores: list[float]) -> None:
    from scipy.stats import chisquare

    from align_tasks.metrics import softmax

    counts = Counter(drawn.split("\n"))
    assert set(counts) == {"A", "B", "C"}
    expected = 2000 * softmax(scores)
    logging.getLogger(__name__).info("%s beside %s", counts, expected)
    assert chisquare([counts[letter] for letter in "ABC"], expected).pvalue > 0.001
