"""``swow_XX_rank``: the model orders a shuffled list of associations (arXiv 2508.13426, the PPO task)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, groupby, islice, pairwise

from align_tasks.cultures import get_culture
from align_tasks.metrics import association_ceiling
from align_tasks.norms.load import CueNorms, Norms, Source, load_norms, seed_of, shuffle_key
from align_tasks.prompts import join_words, ranking_prompt
from align_tasks.splits import Split
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

CANDIDATES = 10
FEWEST_CANDIDATES = 4


def dataset(culture: str, norms: Source = "auto") -> BuiltDataset:
    """Ranking questions on test cues, with training cues as worked examples."""
    known = get_culture(culture)
    loaded = load_norms(known, norms)
    test = ranking_rows(loaded, "test")
    for row in test:
        row["human_spearman"] = association_ceiling(row["counts"], seed=seed_of(row["cue"])).spearman
    return BuiltDataset(test, ranking_rows(loaded, "train"), language=known.language, **loaded.describe())


def ranking_rows(
    norms: Norms,
    split: Split,
    *,
    limit: int | None = None,
    candidates: int = CANDIDATES,
    per_cue: int = 1,
    seed: int | None = None,
) -> list[Doc]:
    """Ranking questions on the cues of a split, those of one cue together.

    Cues whose responses give no order are left out: fewer than 4 candidates, or all of them equally frequent.

    Args:
        norms: people's responses, with the culture whose language the questions are in.
        split: whose cues, in the order of `Norms.cues`.
        limit: at most so many cues, the first that give an order; None for all.
        candidates: so many responses are to be ordered, at least 4; fewer where the cue has fewer.
        per_cue: questions about each cue. More than one need a seed, or they would all be the same.
        seed: draws the candidates of each question and the order they are shown in (`drawn_candidates`);
            None for those that the tasks ask about (`candidates_of`).

    Raises:
        ValueError: fewer than 4 candidates, no question a cue, or several without a seed.
    """
    if candidates < FEWEST_CANDIDATES:
        raise ValueError(f"a question has at least {FEWEST_CANDIDATES} candidates, not {candidates}")
    if per_cue < 1 or (per_cue > 1 and seed is None):
        raise ValueError(f"{per_cue} questions a cue: at least one, and several only with a seed")
    rows = (_rows_of(cue, norms, candidates, per_cue, seed) for cue in norms.cues(split))
    return [row for of_cue in islice(filter(None, rows), limit) for row in of_cue]


def candidates_of(cue: CueNorms, *, size: int = CANDIDATES) -> dict[str, int]:
    """Responses to be ordered, with their counts, shuffled.

    One response of each count, so that the human order has as few ties as the norms allow; of
    more counts than `size`, evenly spaced ones from the most to the least frequent. Where the cue
    has fewer counts than `size`, further responses fill the list. Which one of equally frequent
    responses is taken, and the order shown, follow hashes of cue and response.
    """
    chosen = _one_of_each(_evenly_spaced(_levels(cue), size), size)
    return _shown(cue, chosen, "shown", cue.cue)


def drawn_candidates(cue: CueNorms, *, size: int, seed: int, question: int) -> dict[str, int]:
    """Responses to be ordered, with their counts, shuffled: other ones for another question about the cue.

    The different counts of the cue, from the highest to the lowest, are cut into `size` strata of equally
    many counts, give or take one; where there are no more counts than `size`, each is a stratum. One response
    is drawn from each, every one of the stratum with the same chance, so these have no ties. Where there are
    fewer strata than `size`, further responses fill the list, those of the highest counts first. What is
    drawn and the order shown follow hashes of seed, cue, question and response, and no random numbers.
    """
    parts = (str(seed), cue.cue, str(question))
    strata = [
        sorted(stratum, key=lambda response: shuffle_key("drawn", *parts, response))
        for stratum in _strata(_levels(cue), size)
    ]
    return _shown(cue, _one_of_each(strata, size), "drawn and shown", *parts)


def _rows_of(cue: CueNorms, norms: Norms, size: int, per_cue: int, seed: int | None) -> list[Doc]:
    """The rows of a cue; none where people's answers give no order."""
    if seed is None:
        asked = [candidates_of(cue, size=size)]
    else:
        asked = [drawn_candidates(cue, size=size, seed=seed, question=number) for number in range(per_cue)]
    culture = norms.culture
    return [_row(cue.cue, counts, culture.name, culture.language) for counts in asked if _has_order(counts)]


def _has_order(counts: dict[str, int]) -> bool:
    return len(counts) >= FEWEST_CANDIDATES and len(set(counts.values())) > 1


def _row(cue: str, counts: dict[str, int], culture: str, language: str) -> Doc:
    by_strength = sorted(counts, key=lambda word: -counts[word])
    return {
        "cue": cue,
        "culture": culture,
        "language": language,
        "candidates": list(counts),
        "counts": list(counts.values()),
        "answer": join_words(by_strength, language),
        **prompt_columns(ranking_prompt(cue, list(counts), language)),
    }


def _levels(cue: CueNorms) -> list[list[str]]:
    """Responses in groups of one count each, the most frequent first."""
    ordered = sorted(zip(cue.responses, cue.counts, strict=True), key=lambda pair: -pair[1])
    return [[response for response, _ in same] for _, same in groupby(ordered, key=lambda pair: pair[1])]


def _evenly_spaced(levels: list[list[str]], size: int) -> list[list[str]]:
    if len(levels) <= size:
        return levels
    step = (len(levels) - 1) / (size - 1)
    return [levels[round(place * step)] for place in range(size)]


def _strata(levels: list[list[str]], size: int) -> list[list[str]]:
    """Neighbouring levels together, in at most `size` strata."""
    number = min(size, len(levels))
    borders = [len(levels) * place // number for place in range(number + 1)]
    return [list(chain(*levels[start:end])) for start, end in pairwise(borders)]


def _one_of_each(groups: Iterable[Sequence[str]], size: int) -> list[str]:
    """The first response of each group, and then further ones of the groups in order, `size` in all."""
    first = [group[0] for group in groups]
    further = [response for group in groups for response in group[1:]]
    return [*first, *further][:size]


def _shown(cue: CueNorms, chosen: Iterable[str], *parts: str) -> dict[str, int]:
    """Counts of the chosen responses, in an order that says nothing of them: a hash of the texts."""
    counts = dict(zip(cue.responses, cue.counts, strict=True))
    return {word: counts[word] for word in sorted(chosen, key=lambda word: shuffle_key(*parts, word))}
