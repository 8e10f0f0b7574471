from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from align_tasks.data.tables import write_table
from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms
from align_tasks.splits import split_of
from align_trainers.encoding import Encoder
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.training_set import training_set

RECIPE = SFTRecipe(norms="demo", words=3, validation_cues=4)


def test_training_cues_train_and_validation_cues_validate(us: Any, encoder: Encoder) -> None:
    data = training_set(us, RECIPE, encoder)
    assert data.cues == {cue.cue for cue in load_norms(us, "demo").cues("train")}
    assert {split_of(row["cue"]) for row in data.questions} == {"validation"}
    assert len(data.questions) == len(data.validation) == 4


def test_rows_read_back_to_prompt_and_words(us: Any, encoder: Encoder) -> None:
    data = training_set(us, RECIPE, encoder)
    norms = {cue.cue: cue.responses for cue in load_norms(us, "demo").cues("train")}
    row = data.train[0]
    prompt, answer = (
        encoder.tokenizer.decode(ids) for ids in (row["ids"][: row["start"]], row["ids"][row["start"] :])
    )
    cue = prompt.rpartition("Word: ")[2].partition("\n")[0]
    assert answer == f" {', '.join(norms[cue][:3])}<end>"


def test_what_it_learned_from_is_told(us: Any, encoder: Encoder) -> None:
    about = training_set(us, RECIPE, encoder).about
    assert about["norms"] == "demo"
    assert about["examples"] == len(list(load_norms(us, "demo").cues("train")))


def test_whose_lists_mimic_examples_are_is_told(us: Any, encoder: Encoder) -> None:
    mimic = RECIPE.model_copy(update={"examples": "mimic", "lists_per_cue": 1})
    assert training_set(us, mimic, encoder).about["lists"] == "drawn by strength"
    assert "lists" not in training_set(us, RECIPE, encoder).about


def test_weights_stand_on_the_tokens_of_their_words_and_not_in_the_validation(
    us: Any, encoder: Encoder
) -> None:
    cue, *_ = load_norms(us, "demo").cues("train")
    first, second, _ = cue.responses[:3]
    rows = pl.DataFrame({"word": [first, second], "concreteness": [5.0, 1.0]})
    empty = {"language": "en", "valence": None, "arousal": None}
    rows = rows.with_columns(**{name: pl.lit(value) for name, value in empty.items()})
    write_table("ratings", "en.mine", rows, {"source": {"name": "mine", "sha256": ""}})
    data = training_set(us, RECIPE.model_copy(update={"concreteness_weight": 0.5}), encoder)
    weights = data.train[0]["weights"]
    assert len(weights) == len(data.train[0]["ids"]) - data.train[0]["start"]
    high, low, plain = dict.fromkeys(weights)
    words = [word for cue in load_norms(us, "demo").cues("train") for word in cue.responses[:3]]
    share = words.count(first) / (words.count(first) + words.count(second))
    assert high / low == pytest.approx(math.exp(0.5 / math.sqrt(share * (1 - share))))
    assert plain == 1
    assert all(row["weights"] == [] for row in data.validation)


def test_a_tokenizer_that_does_not_tell_where_tokens_end_cannot_weigh(us: Any, encoder: Encoder) -> None:
    slow = Encoder(SimpleNamespace(is_fast=False, eos_token_id=0), is_chat=False)
    with pytest.raises(AlignError, match="concreteness_weight needs a fast tokenizer"):
        training_set(us, RECIPE.model_copy(update={"concreteness_weight": 0.5}), slow)


def test_too_long_examples_are_left_out_and_told(
    us: Any, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    every = training_set(us, RECIPE, encoder).train["ids"]
    lengths = sorted(len(ids) for ids in every)
    middle = lengths[len(lengths) // 2]
    data = training_set(us, RECIPE.model_copy(update={"max_tokens": middle}), encoder)
    assert len(data.train) == sum(length <= middle for length in lengths)
    assert f"{sum(length > middle for length in lengths)} examples are longer than {middle}" in caplog.text


def test_nothing_short_enough_is_an_error(us: Any, encoder: Encoder) -> None:
    with pytest.raises(AlignError, match=r"every example is longer than 8 tokens[^!]*--max-tokens"):
        training_set(us, RECIPE.model_copy(update={"max_tokens": 8}), encoder)


def test_a_culture_without_norms_is_told(encoder: Encoder) -> None:
    from align_tasks.cultures import Culture

    with pytest.raises(AlignError, match="align data import swow FILE --culture uk"):
        training_set(Culture("uk", "en", "GBR"), RECIPE.model_copy(update={"norms": "auto"}), encoder)


def test_norms_without_a_training_cue_are_told(us: Any, encoder: Encoder, tmp_path: Any) -> None:
    from dataclasses import replace

    cue = next(load_norms(us, "demo").cues("test")).cue
    file = tmp_path / "few.tsv"
    file.write_text(f"{cue}\ta, b\n")
    with pytest.raises(AlignError, match="no cues to train on in the norms 'demo' of culture 'us'"):
        training_set(replace(us, demo_norms=file), RECIPE, encoder)
