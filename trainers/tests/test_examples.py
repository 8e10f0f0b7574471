from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from align_tasks.norms.load import CueNorms, load_norms
from align_tasks.splits import split_of
from align_tasks.tasks.association import dataset
from align_tasks.tasks.dataset import prompts_of
from align_tasks.tasks.ranking import ranking_rows
from align_trainers.sft.examples import drawn_lists, mimic, ranked, rankings


def test_ranked_lists_hold_the_commonest_responses_of_every_training_cue(us: Any) -> None:
    norms = load_norms(us, "demo")
    found = {one.cue: one.words for one in ranked(norms, "train", words=3)}
    assert found == {cue.cue: cue.responses[:3] for cue in norms.cues("train")}
    assert {split_of(cue) for cue in found} == {"train"}


def test_the_prompt_is_that_of_the_task(us: Any) -> None:
    row = dataset("us", "demo").splits["train"][0]
    example = next(one for one in ranked(load_norms(us, "demo"), "train", words=3) if one.cue == row["cue"])
    assert (example.prompt.instruction, example.prompt.question) == (row["instruction"], row["questions"][0])
    assert (example.prompt.lead, example.prompt.space) == (row["lead"], row["space"])


def test_a_smaller_fraction_is_a_part_of_a_larger(us: Any) -> None:
    norms = load_norms(us, "demo")
    tenth, half = (
        [one.cue for one in ranked(norms, "train", words=3, fraction=share)] for share in (0.1, 0.5)
    )
    every = [cue.cue for cue in norms.cues("train")]
    assert tenth == half[: len(tenth)]
    assert (len(tenth), len(half)) == (-(-len(every) // 10), -(-len(every) // 2))


def test_drawn_lists_are_as_frequent_as_drawing_without_putting_back_makes_them() -> None:
    cue = CueNorms("red", ("a", "b", "c", "d"), (5, 3, 1, 1))
    strength = dict(zip(cue.responses, cue.counts, strict=True))
    drawn = Counter(drawn_lists(cue, 40_000, seed=3))
    for words in permutations(cue.responses, 3):
        left, expected = 10, 1.0
        for word in words:
            expected *= strength[word] / left
            left -= strength[word]
        deviation = np.sqrt(40_000 * expected * (1 - expected))
        assert abs(drawn[words] - 40_000 * expected) < 4.5 * deviation, words


def test_a_cue_of_two_responses_gives_lists_of_two() -> None:
    assert {len(words) for words in drawn_lists(CueNorms("red", ("a", "b"), (1, 1)), 5, seed=1)} == {2}


def test_drawn_lists_follow_from_the_seed(us: Any) -> None:
    norms = load_norms(us, "demo")
    one, again, other = (mimic(norms, "train", lists_per_cue=2, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert len(one) == 2 * len(list(norms.cues("train")))


def test_people_give_one_example_each_where_the_norms_tell_them(
    us: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms = load_norms(us, "demo")
    first, second = [cue.cue for cue in norms.cues("train")][:2]
    people = [(first, ("a", "b")), (first, ("a", "b")), (second, ("c",))]
    monkeypatch.setattr(type(norms), "lists", lambda self, split: iter(people))
    assert [(one.cue, one.words) for one in mimic(norms, "train", lists_per_cue=9)] == people


def test_rankings_ask_what_the_task_asks_and_answer_by_peoples_counts(us: Any) -> None:
    norms = load_norms(us, "demo")
    rows = ranking_rows(norms, "train", seed=4)
    found = rankings(norms, {row["cue"] for row in rows}, per_cue=1, seed=4)
    assert [(one.cue, one.prompt) for one in found] == [(row["cue"], prompts_of(row)[0]) for row in rows]
    for one, row in zip(found, rows, strict=True):
        counts = dict(zip(row["candidates"], row["counts"], strict=True))
        assert [counts[word] for word in one.words] == sorted(counts.values(), reverse=True)


def test_equally_frequent_words_are_answered_in_neither_the_order_shown_nor_that_of_the_alphabet(
    us: Any, tmp_path: Path
) -> None:
    """Of ten responses, the last three were given equally often, by the rule of the demo norms."""
    generator = np.random.default_rng(0)
    cues = [cue.cue for cue in load_norms(us, "demo").cues("train")]
    lines = [f"{cue}\t{', '.join(generator.permutation(list('abcdefghij')))}\n" for cue in cues]
    (tmp_path / "norms.tsv").write_text("".join(lines))
    norms = load_norms(replace(us, demo_norms=tmp_path / "norms.tsv"), "demo")
    rows = ranking_rows(norms, "train", seed=1)
    shown, alphabet, ties = 0, 0, 0
    for one, row in zip(rankings(norms, {row["cue"] for row in rows}, per_cue=1, seed=1), rows, strict=True):
        counts = dict(zip(row["candidates"], row["counts"], strict=True))
        for first, second in pairwise(one.words):
            if counts[first] == counts[second]:
                ties += 1
                alphabet += first < second
                shown += row["candidates"].index(first) < row["candidates"].index(second)
    for agreeing in (shown, alphabet):
        assert abs(agreeing - ties / 2) < 4 * np.sqrt(ties) / 2
    assert ties == 2 * len(cues)


def test_every_cue_is_asked_about_before_one_is_again(us: Any) -> None:
    norms = load_norms(us, "demo")
    cues = [cue.cue for cue in norms.cues("train")][:5]
    found = rankings(norms, set(cues), per_cue=3, seed=1)
    assert [one.cue for one in found] == cues * 3
    assert len({one.prompt.question for one in found}) == 15
