"""``swow_XX``: the model writes what a held-out cue makes it think of (arXiv 2508.13426, P@K)."""

from __future__ import annotations

import math

from align_tasks.cultures import get_culture
from align_tasks.metrics import precision_ceiling, precisions
from align_tasks.norms.load import CueNorms, Source, load_norms, seed_of
from align_tasks.parsing import parse_associations
from align_tasks.prompts import association_prompt, join_words
from align_tasks.tasks.affect import affect_of, rating_sources
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

KS = (5, 10, 40)
ANSWER_WORDS = 40


def dataset(culture: str, norms: Source = "auto") -> BuiltDataset:
    """Test cues with people's responses, training cues as worked examples, of one culture.

    Cues with a single response are left out of the test, since no half of one response predicts another.
    """
    known = get_culture(culture)
    loaded = load_norms(known, norms)
    test = [
        association_row(cue, known.name, known.language) for cue in loaded.cues("test") if sum(cue.counts) > 1
    ]
    for row in test:
        row["ceiling"] = list(precision_ceiling(row["counts"], KS, seed=seed_of(row["cue"])).values())
    mean_at_5 = math.fsum(row["ceiling"][0] for row in test) / max(1, len(test))
    for row in test:
        row["mean_ceiling_at_5"] = mean_at_5
    train = [association_row(cue, known.name, known.language) for cue in loaded.cues("train")]
    return BuiltDataset(test, train, **loaded.describe(), ratings=rating_sources(known.language))


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


def process_results(doc: Doc, results: list[str]) -> dict[str, float]:
    """Metrics of one generated list.

    ``p_at_K``            distinct words among the first K that any person gave, divided by K
    ``human_p_at_K``      what half of the people would score on the other half (see `precision_ceiling`)
    ``ceiling_share``     ``p_at_5`` divided by the mean ``human_p_at_5`` of the whole test split
    ``invalid``           1 when no word could be read from the answer
    ``valence`` …         see `align_tasks.tasks.affect`, where ratings were imported
    """
    words = parse_associations(results[0], doc["language"], cue=doc["cue"])
    scores = precisions(words, set(doc["responses"]), KS)
    return {
        **{f"p_at_{k}": score for k, score in scores.items()},
        **{f"human_p_at_{k}": ceiling for k, ceiling in zip(KS, doc["ceiling"], strict=True)},
        **({"ceiling_share": scores[5] / doc["mean_ceiling_at_5"]} if doc["mean_ceiling_at_5"] else {}),
        "invalid": float(not words),
        **affect_of(words, doc["responses"], doc["language"]),
    }
