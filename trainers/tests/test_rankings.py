"""Ranking questions among what supervised fine-tuning learns."""

from __future__ import annotations

from typing import Any

import pytest

from align_tasks.errors import AlignError
from align_tasks.norms.load import load_norms
from align_tasks.splits import split_of
from align_tasks.tasks.ranking import ranking_rows
from align_trainers.encoding import Encoder
from align_trainers.sft.examples import rankings
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.training_set import RANKINGS, TrainingSet, training_set

ASSOCIATIONS = SFTRecipe(norms="demo", validation_cues=4, ranking_validation_cues=3)


def changed(**changes: Any) -> SFTRecipe:
    return ASSOCIATIONS.model_copy(update=changes)


def tokens(rows: Any) -> int:
    return sum(len(row["ids"]) - row["start"] for row in rows)


def questions(data: TrainingSet) -> list[Any]:
    return [row for row in data.train if row["source"] == RANKINGS]


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_they_have_their_share_of_as_many_trained_tokens_as_without(
    us: Any, encoder: Encoder, share: float
) -> None:
    plain = training_set(us, ASSOCIATIONS, encoder)
    mixed = training_set(us, changed(rankings=share), encoder)
    assert tokens(mixed.train) == pytest.approx(tokens(plain.train), rel=0.02)
    assert tokens(questions(mixed)) / tokens(mixed.train) == pytest.approx(share, abs=0.02)
    assert mixed.about["trained_tokens"] == tokens(mixed.train)
    assert mixed.about["ranking_tokens"] == tokens(questions(mixed))
    assert mixed.about["ranking_questions"] == len(questions(mixed))
    assert (plain.about["ranking_questions"], plain.about["ranking_tokens"]) == (0, 0)


def test_they_read_back_to_prompt_and_order(us: Any, encoder: Encoder) -> None:
    data = training_set(us, changed(rankings=0.2, seed=5), encoder)
    expected = rankings(load_norms(us, "demo"), data.cues, per_cue=1, seed=5)
    for row, example in zip(questions(data), expected, strict=False):
        prompt, answer = row["ids"][: row["start"]], row["ids"][row["start"] :]
        assert encoder.tokenizer.decode(prompt) == encoder.prompt_text(example.prompt)
        assert encoder.tokenizer.decode(answer) == f" {', '.join(example.words)}<end>"
        assert row["weights"] == []


def test_only_cues_that_are_trained_on_anyway_are_asked_about(us: Any, encoder: Encoder) -> None:
    data = training_set(us, changed(rankings=0.5, fraction=0.2), encoder)
    texts = [encoder.tokenizer.decode(row["ids"][: row["start"]]) for row in questions(data)]
    asked = {text.rpartition("Word: ")[2].partition("\n")[0] for text in texts}
    lists = [row for row in data.train if row["source"] != RANKINGS]
    learned = {cue.cue for cue in load_norms(us, "demo").cues("train")} & data.cues
    assert asked <= learned
    assert len(data.cues) == len(lists) < 0.2 * len(list(load_norms(us, "demo").cues("train"))) + 1
    assert {split_of(cue) for cue in asked} == {"train"}


def test_another_seed_asks_otherwise_and_is_other_data(us: Any, encoder: Encoder) -> None:
    one, again, other, without = (
        training_set(us, recipe, encoder).about["training_data_sha256"]
        for recipe in (
            changed(rankings=0.2),
            changed(rankings=0.2),
            changed(rankings=0.2, seed=2),
            ASSOCIATIONS,
        )
    )
    assert one == again
    assert len({one, other, without}) == 3


def test_ranking_is_measured_on_the_first_held_out_cues(us: Any, encoder: Encoder) -> None:
    found = training_set(us, ASSOCIATIONS, encoder).ranking_questions
    assert found == ranking_rows(load_norms(us, "demo"), "validation")[:3]


def test_norms_that_give_no_order_are_told(us: Any, encoder: Encoder, tmp_path: Any) -> None:
    from dataclasses import replace

    cue = next(load_norms(us, "demo").cues("train")).cue
    file = tmp_path / "few.tsv"
    file.write_text(f"{cue}\ta, b, c\n")
    with pytest.raises(AlignError, match=r"no training cue to rank responses of[^!]*rankings: 0"):
        training_set(replace(us, demo_norms=file), changed(rankings=0.5), encoder)
