"""``swow_XX``: the model writes what a held-out cue makes it think of (arXiv 2508.13426, P@K)."""

from __future__ import annotations

import math
from itertools import islice

from align_tasks.cultures import get_culture
from align_tasks.metrics import precision_ceiling
from align_tasks.norms.load import CueNorms, Norms, Source, load_norms, seed_of
from align_tasks.prompts import association_prompt, join_words
from align_tasks.scores.association import KS
from align_tasks.splits import Split
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

ANSWER_WORDS = 40


def dataset(culture: str, norms: Source = "auto") -> BuiltDataset:
    """Test cues with people's responses, training cues as worked examples, of one culture."""
    known = get_culture(culture)
    loaded = load_norms(known, norms)
    test = scored_rows(loaded, "test")
    train = [association_row(cue, known.name, known.language) for cue in loaded.cues("train")]
    return BuiltDataset(test, train, language=known.language, **loaded.describe())


def scored_rows(norms: Norms, split: Split, limit: int | None = None) -> list[Doc]:
    """The rows of a split, or the first of them, with all that the metrics need; trainers measure on some.

    Cues with a single response are left out, since no half of one response predicts another.
    """
    culture = norms.culture
    cues = islice((cue for cue in norms.cues(split) if sum(cue.counts) > 1), limit)
    found = [association_row(cue, culture.name, culture.language) for cue in cues]
    for row in found:
        row["ceiling"] = list(precision_ceiling(row["counts"], KS, seed=seed_of(row["cue"])).values())
    mean_at_5 = math.fsum(row["ceiling"][0] for row in found) / max(1, len(found))
    for row in found:
        row["mean_ceiling_at_5"] = mean_at_5
    return found


def association_row(cue: CueNorms, culture: str, language: str) -> Doc:
    """The row of a cue: what is asked, and what people answered."""
    return {
        "cue": cue.cue,
        "culture": culture,
        "language": language,
        "responses": list(cue.responses),
        "counts": list(cue.counts),
        "answer": join_words(cue.responses[:ANSWER_WORDS], language),
        **prompt_columns(association_prompt(cue.cue, language, count=ANSWER_WORDS)),
    }
