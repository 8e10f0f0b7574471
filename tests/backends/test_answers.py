"""Answers that are kept: of which model they are, and what an evaluation that was cut off makes of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from align_tasks.backends import answers
from align_tasks.backends.answers import AnswerStore, answered, store_of
from align_tasks.backends.shared import SharedPrefixLM

from .conftest import scoring, writing

ODD = [("a", "b"), ("a", "é茶\n'\""), ("", ""), ("a", {"until": ["\n"], "max_gen_toks": 3})]


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    return AnswerStore(tmp_path / "kept" / "answers.sqlite")


def test_what_is_kept_is_found_as_it_was(store: AnswerStore) -> None:
    kept = [[-0.1 - 0.2, True], "two\nlines 茶", "", [1e-300, False]]
    store.keep("any", ODD, kept)
    assert AnswerStore(store.file).find("any", ODD[::-1]) == kept[::-1]
    assert store.find("other", ODD) == [None] * 4
    assert store.find("any", [("a", "c"), ("ab", "")]) == [None, None]


def test_the_order_of_settings_makes_no_difference_and_their_values_do(store: AnswerStore) -> None:
    store.keep("any", [("a", {"n": 1, "seed": 2})], ["x"])
    assert store.find("any", [("a", {"seed": 2, "n": 1}), ("a", {"seed": 1, "n": 2})]) == ["x", None]


def test_more_answers_than_a_statement_takes_are_found(store: AnswerStore) -> None:
    asked = [("a", str(number)) for number in range(1200)]
    store.keep("any", asked, list(range(1200)))
    assert store.find("any", asked) == list(range(1200))


def test_requests_are_asked_again_together_where_one_answer_is_missing(store: AnswerStore) -> None:
    store.keep("any", [("a", "b")], ["kept"])
    calls = []

    def ask() -> list[str]:
        calls.append(1)
        return ["new", "new"]

    both = [("a", "b"), ("a", "c")]
    assert answered(store, "any", both, ask) == ["new", "new"]
    assert answered(store, "any", both, ask) == ["new", "new"]
    assert answered(store, "any", both[:1], ask) == ["new"]
    assert calls == [1]
    assert answered(None, "any", both, ask) == ["new", "new"]
    assert calls == [1, 1]


def _keep(file: Path, start: int) -> None:
    for number in range(start, start + 50):
        AnswerStore(file).keep("any", [("a", str(number))], [number])


def test_several_processes_keep_answers_in_one_file(store: AnswerStore) -> None:
    spawn = get_context("spawn")
    started = [spawn.Process(target=_keep, args=(store.file, start)) for start in (0, 50)]
    for process in started:
        process.start()
    for process in started:
        process.join()
        assert process.exitcode == 0
    assert store.find("any", [("a", str(number)) for number in range(100)]) == list(range(100))


@pytest.fixture
def file_of(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path | None]:
    """The file in which the answers of a model are kept."""
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))

    def found(model: Path = tiny_model, adapter: Path | None = None, **given: Any) -> Path | None:
        told = {"backend": "hf", "model_args": {"dtype": "float32"}, "device": "cpu"} | given
        made = store_of(told["backend"], model, adapter, told["model_args"], told["device"])
        return made.file if made else None

    return found


def test_answers_of_a_base_and_of_adapters_are_never_mixed(
    make_adapter: Callable[..., Path], file_of: Callable[..., Path]
) -> None:
    adapters = [None, make_adapter(1), make_adapter(2), make_adapter(2, lora_alpha=32)]
    assert len({file_of(adapter=adapter) for adapter in adapters}) == 4
    assert file_of(adapter=adapters[1]) == file_of(adapter=adapters[1])


def test_an_adapter_is_known_by_its_content_and_not_by_its_name(
    make_adapter: Callable[..., Path], file_of: Callable[..., Path], tmp_path: Path
) -> None:
    one, other, copy = make_adapter(1), make_adapter(2), tmp_path / "copy"
    shutil.copytree(one, copy)
    assert file_of(adapter=copy) == file_of(adapter=one)
    shutil.copytree(other, copy, dirs_exist_ok=True)
    assert file_of(adapter=copy) == file_of(adapter=other)


@pytest.mark.parametrize(
    "name", ["config.json", "tokenizer.json", "generation_config.json", "model.safetensors"]
)
def test_every_file_of_a_model_that_its_answers_depend_on_tells_it_from_others(
    name: str, tiny_model: Path, file_of: Callable[..., Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert file_of(copy) == file_of()
    (copy / "README.md").write_text("about the model")
    assert file_of(copy) == file_of()
    with (copy / name).open("a") as file:
        file.write(" ")
    assert file_of(copy) != file_of()


def test_settings_tell_answers_apart(file_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    files = [
        file_of(),
        file_of(backend="vllm"),
        file_of(device="cuda"),
        file_of(model_args={"dtype": "bfloat16"}),
        file_of(model_args={}),
    ]
    monkeypatch.setattr(answers, "version", lambda name: "0")
    assert len({*files, file_of()}) == 6


def test_nothing_is_kept_where_the_files_are_not_all_known(
    file_of: Callable[..., Path], tmp_path: Path
) -> None:
    assert file_of(model_args={"tokenizer": "another"}) is None
    assert file_of(tmp_path) is None  # which holds no weights


class Cut(Exception):
    """The end of a process."""


def test_an_evaluation_that_was_cut_off_ends_with_the_figures_of_one_that_was_not(
    shared: Callable[..., SharedPrefixLM],
    requests: list[Instance],
    store: AnswerStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(model: SharedPrefixLM) -> list[Any]:
        return [*model.loglikelihood(requests), *model.generate_until(texts)]

    texts = [writing("tea" * number) for number in range(1, 20)]
    whole = ask(shared(row_tokens=64, batch_size=4))
    computed = []

    def cut_after(model: SharedPrefixLM, steps: int) -> SharedPrefixLM:
        model._shares = True
        for name in ("_logits", "_model_generate"):
            real = getattr(model, name)

            def counted(*given: Any, real: Any = real, **options: Any) -> Any:
                if len(computed) == steps:
                    raise Cut
                computed.append(1)
                return real(*given, **options)

            monkeypatch.setattr(model, name, counted)
        model.answers = store
        return model

    for steps in (2, 7, 10):
        with pytest.raises(Cut):
            ask(cut_after(shared(row_tokens=64, batch_size=4), steps))
    assert ask(cut_after(shared(row_tokens=64, batch_size=4), 1000)) == whole
    needed = len(computed)
    assert ask(cut_after(shared(row_tokens=64, batch_size=4), needed)) == whole  # and nothing is computed
    uninterrupted = shared(row_tokens=64, batch_size=4)
    computed.clear()
    uninterrupted = cut_after(uninterrupted, 1000)
    uninterrupted.answers = None
    ask(uninterrupted)
    assert len(computed) == needed  # no step was taken twice


def test_answers_to_texts_that_are_read_one_by_one_are_kept_as_they_come(
    shared: Callable[..., SharedPrefixLM],
    requests: list[Instance],
    store: AnswerStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def made() -> SharedPrefixLM:
        model = shared()
        model._shares, model.answers = False, store
        return model

    monkeypatch.setattr("align_tasks.backends.shared.PORTION", 5)
    whole = shared()
    whole._shares = False
    as_hf, asked = HFLM._loglikelihood_tokens, []

    def cut(self: HFLM, given: Any, **options: Any) -> Any:
        if len(asked) == 3:
            raise Cut
        asked.append(len(given))
        return as_hf(self, given, **options)

    expected = whole.loglikelihood(requests)
    monkeypatch.setattr(HFLM, "_loglikelihood_tokens", cut)
    with pytest.raises(Cut):
        made().loglikelihood(requests)
    asked.clear()
    assert len(requests) == 28
    assert made().loglikelihood(requests) == expected
    assert asked == [5, 5, 3]  # the first three portions were kept


def test_requests_without_a_text_of_their_own_are_not_kept(
    shared: Callable[..., SharedPrefixLM], store: AnswerStore
) -> None:
    model = shared()
    model.answers = store
    rolled = [Instance("loglikelihood_rolling", {}, ("a long text" * 3,), 0)]
    other = [Instance("loglikelihood_rolling", {}, ("something else",), 0)]
    assert model.loglikelihood_rolling(rolled) != model.loglikelihood_rolling(other)
    assert model.loglikelihood([scoring("tea", " cup")])[0][0] < 0
