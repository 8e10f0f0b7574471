"""A base model and its adapters, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from align_tasks.backends.loading import SHARED, Backend, each_loaded
from align_tasks.errors import AlignError

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is_gradient_checkpointing.* is deprecated:FutureWarning",  # in PEFT
    "ignore:Model has `tie_word_embeddings=True`:UserWarning",  # likewise
)

MakeAdapter = Callable[..., Path]


def _backend(name: str = SHARED) -> Backend:
    return Backend(name, {"dtype": "float32"}, None, "cpu")


def _plain(model: Path, adapter: Path | None, requests: list[Instance]) -> list[float]:
    options: dict[str, Any] = {"peft": str(adapter)} if adapter else {}
    found = HFLM(str(model), device="cpu", batch_size=4, dtype="float32", **options).loglikelihood(requests)
    return [score for score, _ in found]


def _scores(loaded: Any, requests: list[Instance]) -> list[float]:
    return [score for score, _ in loaded.loglikelihood(requests)]


@pytest.mark.parametrize("name", [SHARED, "hf"])
def test_the_base_and_each_adapter_answer_as_if_they_were_loaded_alone(
    name: str, tiny_model: Path, make_adapter: MakeAdapter, requests: list[Instance]
) -> None:
    adapters = [None, make_adapter(1), make_adapter(2, lora_alpha=32), None]
    found = [
        _scores(loaded, requests)
        for loaded in each_loaded(_backend(name), str(tiny_model), [one and str(one) for one in adapters])
    ]
    for scores, adapter in zip(found, adapters, strict=True):
        assert scores == pytest.approx(_plain(tiny_model, adapter, requests), abs=1e-4)
    assert found[0] == found[3]
    assert abs(found[1][0] - found[2][0]) > 0.01 < abs(found[1][0] - found[0][0])


def test_there_is_one_copy_of_the_base(
    tiny_model: Path, make_adapter: MakeAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapters = [None, str(make_adapter(1)), str(make_adapter(2))]
    loads, real = [], AutoModelForCausalLM.from_pretrained
    monkeypatch.setattr(
        AutoModelForCausalLM, "from_pretrained", lambda *a, **b: loads.append(a) or real(*a, **b)
    )
    weights = set()
    for loaded in each_loaded(_backend(), str(tiny_model), adapters):
        weights.add(loaded.model.get_input_embeddings().weight.data_ptr())
        sizes = [parameter.numel() for name, parameter in loaded.model.named_parameters() if "lora" in name]
        assert len(sizes) in (0, 2 * 7)  # of one adapter at most
    assert len(weights) == len(loads) == 1


def test_an_adapter_of_a_model_with_more_rows_than_tokens_answers_as_with_hf(
    tiny_model: Path, tmp_path: Path, make_adapter: MakeAdapter, requests: list[Instance]
) -> None:
    config = LlamaConfig.from_pretrained(tiny_model)
    config.vocab_size += 7
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(tmp_path)
    adapter = make_adapter(1, tmp_path)
    base, adapted = (
        _scores(loaded, requests) for loaded in each_loaded(_backend(), str(tmp_path), [None, str(adapter)])
    )
    assert base == pytest.approx(_plain(tmp_path, None, requests), abs=1e-4)
    assert adapted == pytest.approx(_plain(tmp_path, adapter, requests), abs=1e-4)


def test_an_adapter_that_does_not_fit_is_told_with_its_name(
    tiny_model: Path, make_adapter: MakeAdapter
) -> None:
    adapter = make_adapter(1)
    config = (adapter / "adapter_config.json").read_text()
    (adapter / "adapter_config.json").write_text(config.replace('"r": 2', '"r": 3'))
    models = each_loaded(_backend(), str(tiny_model), [None, str(adapter)])
    assert next(models).peft is None
    with pytest.raises(AlignError, match=r"cannot load the model .* with the adapter .*adapter-1"):
        next(models)


def test_a_name_that_lm_eval_does_not_know_is_told(tiny_model: Path) -> None:
    with pytest.raises(AlignError, match="cannot load the model"):
        next(each_loaded(_backend("no-such-backend"), str(tiny_model), [None]))
