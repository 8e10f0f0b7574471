from __future__ import annotations

from align_trainers.encoding import Encoder
from align_trainers.ranking.credit import beginnings


def told(encoder: Encoder, text: str, language: str = "en") -> list[tuple[str, str]]:
    """For each beginning of an answer, the whole text of its tokens, and what counts of it."""
    ids = encoder.tokenizer(text, add_special_tokens=False)["input_ids"]
    ids.append(encoder.tokenizer.eos_token_id)
    return [
        (encoder.tokenizer.decode(ids[: at + 1]), part) for at, part in beginnings(encoder, ids, language)
    ]


def test_a_word_ends_where_the_next_separator_begins(encoder: Encoder) -> None:
    assert told(encoder, " car, car park, bus") == [(" car,", " car"), (" car, car park,", " car, car park")]


def test_a_separator_of_another_language_ends_no_word(encoder: Encoder) -> None:
    assert told(encoder, "车、车站、人", "zh") == [("车、", "车"), ("车、车站、", "车、车站")]
    assert told(encoder, "车，车站", "zh") == []


def test_the_last_token_is_left_out_whose_score_is_that_of_the_answer(encoder: Encoder) -> None:
    ids = encoder.tokenizer(" car, bus,", add_special_tokens=False)["input_ids"]
    assert [text for _, text in beginnings(encoder, ids, "en")] == [" car"]


def test_nothing_behind_a_line_end_counts(encoder: Encoder) -> None:
    assert told(encoder, " car\n bus, tram") == []
