"""``swow_XX_rank``: the model orders a shuffled list of associations (arXiv 2508.13426, the PPO task)."""

from __future__ import annotations

from collections.abc import Iterable

from align_tasks.cultures import Culture, get_culture
from align_tasks.metrics import association_ceiling
from align_tasks.norms.load import CueNorms, Source, load_norms, seed_of, shuffle_key
from align_tasks.prompts import join_words, ranking_prompt
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

CANDIDATES = 10
FEWEST_CANDIDATES = 4


def dataset(culture: str, norms: Source = "auto") -> BuiltDataset:
    """Ranking questions on test cues, with training cues as worked examples."""
    known = get_culture(culture)
    loaded = load_norms(known, norms)
    test = _rows(loaded.cues("test"), known)
    for row in test:
        row["human_spearman"] = association_ceiling(row["counts"], seed=seed_of(row["cue"])).spearman
    return BuiltDataset(
        test, _rows(loaded.cues("train"), known), language=known.language, **loaded.describe()
    )


def candidates_of(cue: CueNorms, *, size: int = CANDIDATES) -> dict[str, int]:
    """Responses to be ordered, with their counts, shuffled.

    One response of each count, so that the human order has as few ties as the norms allow; of
    more counts than `size`, evenly spaced ones from the most to the least frequent. Where the cue
    has fewer counts than `size`, further responses fill the list. Which one of equally frequent
    responses is taken, and the order shown, follow hashes of cue and response.
    """
    by_count: dict[int, list[str]] = {}
    for response, count in zip(cue.responses, cue.counts, strict=True):
        by_count.setdefault(count, []).append(response)
    levels = sorted(by_count, reverse=True)
    chosen = {by_count[level].pop(0): level for level in _evenly_spaced(levels, size)}
    rest = [(response, level) for level in levels for response in by_count[level]]
    chosen |= dict(rest[: size - len(chosen)])
    return dict(sorted(chosen.items(), key=lambda pair: shuffle_key("shown", cue.cue, pair[0])))


def _evenly_spaced(levels: list[int], size: int) -> list[int]:
    if len(levels) <= size:
        return levels
    step = (len(levels) - 1) / (size - 1)
    return [levels[round(place * step)] for place in range(size)]


def _rows(cues: Iterable[CueNorms], culture: Culture) -> list[Doc]:
    built = (_row(cue, culture.name, culture.language) for cue in cues)
    return [row for row in built if row is not None]


def _row(cue: CueNorms, culture: str, language: str) -> Doc | None:
    """The row of a cue; None where people's answers give no order."""
    counts = candidates_of(cue)
    if len(counts) < FEWEST_CANDIDATES or len(set(counts.values())) < 2:
        return None
    by_strength = sorted(counts, key=lambda word: -counts[word])
    return {
        "cue": cue.cue,
        "culture": culture,
        "language": language,
        "candidates": list(counts),
        "counts": list(counts.values()),
        "answer": join_words(by_strength, language),
        **prompt_columns(ranking_prompt(cue.cue, list(counts), language)),
    }
