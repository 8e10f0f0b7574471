"""``swow_XX_rank``: the model orders a shuffled list of associations (arXiv 2508.13426, the PPO task)."""

from __future__ import annotations

from collections.abc import Iterable

from align_tasks.cultures import Culture, get_culture
from align_tasks.metrics import association_ceiling, paper_ranking_correlation, ranking_correlation
from align_tasks.norms.load import CueNorms, Source, load_norms, seed_of, shuffle_key
from align_tasks.parsing import parse_ranking
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
    return BuiltDataset(test, _rows(loaded.cues("train"), known), **loaded.describe())


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


def process_results(doc: Doc, results: list[str]) -> dict[str, float]:
    """Metrics of one ordered list.

    ``spearman``         correlation with people's counts; candidates left out tie on the last rank,
                         an answer that names no candidate counts as 0
    ``spearman_human``   what one half of the people scores on the other half, on the same candidates
    ``spearman_paper``   the authors' score: such an answer counts as -1, and it does not matter which
                         candidates were left out (`paper_ranking_correlation`)
    ``invalid``          1 when no candidate was named
    ``complete``         1 when every candidate was named
    """
    counts = dict(zip(doc["candidates"], doc["counts"], strict=True))
    order = parse_ranking(results[0], doc["candidates"], doc["language"])
    return {
        "spearman": ranking_correlation(order, counts),
        "spearman_human": doc["human_spearman"],
        "spearman_paper": paper_ranking_correlation(order, _apart_from_the_prompt(doc["cue"], counts)),
        "invalid": float(not order),
        "complete": float(len(order) == len(counts)),
    }


def _apart_from_the_prompt(cue: str, counts: dict[str, int]) -> dict[str, int]:
    """The counts in an order that has nothing to do with the order shown to the model.

    The authors' score ranks ties in the order given: in the order shown, copying the list would pay.
    """
    return dict(sorted(counts.items(), key=lambda pair: shuffle_key("ties", cue, pair[0])))
