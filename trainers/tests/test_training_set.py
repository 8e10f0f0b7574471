from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms
from align_tasks.splits import split_of
from align_trainers.sft.encoding import Encoder
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
