"""What an order of candidates is worth: the rewards of the package, one number an answer.

All take the order as it was read: each candidate that the answer names, once, at its first place; repeats
after the first and words that are no candidates are dropped, and only `list_format` looks at them. People's
counts of the candidates are what is right.

==============  ========  ==========================================================================
reward          range     an answer that names no candidate
==============  ========  ==========================================================================
`spearman`      [-1, 1]   -1
`ndcg`          [0, 1]    0
`p_at_5`        [0, 1]    0
`neg_jsd`       [-1, 0]   -1
`list_format`   [0, 1]    0
`coverage`      [0, 1]    0
`rank`          [-1, 1]   0
==============  ========  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from align_tasks.metrics import jensen_shannon_distance, ranking_correlation
from align_tasks.normalise import normalise
from align_tasks.prompts import wording
from align_tasks.scores.ranking import Ranking

_FIRST = 5


def spearman(answers: Sequence[Ranking]) -> list[float]:
    """Spearman's correlation of each order with people's counts, in [-1, 1] (`ranking_correlation`).

    Left-out candidates tie on the last rank, and equal counts share their average rank. An answer that names
    no candidate gets -1, as in arXiv 2508.13426: silence must not pay more than a wrong order, which the 0 of
    the metric of this name would let it.
    """
    return [ranking_correlation(answer.order, answer.counts) if answer.order else -1.0 for answer in answers]


def ndcg(answers: Sequence[Ranking]) -> list[float]:
    """Normalised discounted cumulative gain, in [0, 1] (Järvelin & Kekäläinen, 2002).

    The gain of a candidate is its count, divided by log2(place + 1); the sum is divided by that of the
    people's order of all candidates. Left-out candidates gain nothing; without any candidate it is 0.
    Candidates with equal counts may stand in either order.
    """
    return [
        _discounted([answer.counts[word] for word in answer.order])
        / _discounted(sorted(answer.counts.values(), reverse=True))
        for answer in answers
    ]


def p_at_5(answers: Sequence[Ranking]) -> list[float]:
    """Share of the first five named candidates that are among the five most frequent, in [0, 1].

    All candidates with the count of the fifth are among them. Fewer than five named are divided by five all
    the same; of fewer than five candidates, by their number, so that 1 can be reached. The order within the
    five does not count, nor does what follows them.
    """
    return [_top_share(answer) for answer in answers]


def neg_jsd(answers: Sequence[Ranking]) -> list[float]:
    """Minus the Jensen-Shannon distance (base 2) of people's strengths from those the order says, in [-1, 0].

    Strengths are counts, divided by their sum over the candidates. Sorted, they are given out in the order of
    the answer: the first named gets the largest; left-out candidates share the rest equally. It is 0 exactly
    when every candidate thereby gets its own strength: in the people's order, with equal counts in any
    order, and with nothing left out but the last or equally frequent last ones. An answer that names no
    candidate gets -1, less than any order.
    """
    return [_minus_distance(answer) if answer.order else -1.0 for answer in answers]


def list_format(answers: Sequence[Ranking]) -> list[float]:
    """Share of the pieces of the text that are a candidate not named before, in [0, 1].

    The text is cut at the separator of the language (`Wording.separator`), with or without the blank after
    it. Pieces are compared as `normalise` has them: case and punctuation at their ends do not count. Empty
    pieces are pieces; an empty text gets 0. A list of distinct candidates, all or some, and nothing else
    gets 1, but for candidates that hold the separator themselves ("yes, please"), which are cut too.
    """
    return [_format_share(answer) for answer in answers]


def coverage(answers: Sequence[Ranking]) -> list[float]:
    """Share of the candidates that the answer names, in any order, in [0, 1]."""
    return [len(answer.order) / len(answer.counts) for answer in answers]


def rank(answers: Sequence[Ranking]) -> list[float]:
    """How many more pairs of candidates stand in the people's order than against it, in [-1, 1].

    The rule for ties: of every pair with different counts, +1 when the answer puts the more frequent one
    first, -1 when it puts it later, 0 when it names neither; a named candidate stands before a left-out one.
    The mean over these pairs is Somers' (1962) d of the order given the counts; pairs with equal counts are
    no pairs, and without any pair it is 0. Where every candidate is named, it is Goodman and Kruskal's gamma.

    An answer that names no candidate gets 0, which is more than a wrong order gets: weigh it beside
    `coverage` or `list_format`, which reward naming them.
    """
    return [_concordance(answer) for answer in answers]


def _discounted(gains: Sequence[int]) -> float:
    return float(np.sum(np.asarray(gains) / np.log2(np.arange(len(gains)) + 2)))


def _top_share(answer: Ranking) -> float:
    size = min(_FIRST, len(answer.counts))
    least = sorted(answer.counts.values(), reverse=True)[size - 1]
    return sum(answer.counts[word] >= least for word in answer.order[:size]) / size


def _minus_distance(answer: Ranking) -> float:
    strengths = sorted(answer.counts.values(), reverse=True)
    named = dict(zip(answer.order, strengths, strict=False))
    left = strengths[len(named) :]
    said = [named[word] if word in named else sum(left) / len(left) for word in answer.counts]
    people = np.asarray(list(answer.counts.values()))
    return 0.0 - float(jensen_shannon_distance(people / sum(strengths), np.asarray(said) / sum(strengths)))


def _format_share(answer: Ranking) -> float:
    if not answer.text.strip():
        return 0.0
    separator = wording(answer.language).separator
    pieces = [
        normalise(piece, answer.language) for piece in answer.text.split(separator.rstrip() or separator)
    ]
    candidates = {normalise(word, answer.language) for word in answer.counts}
    return len(candidates & set(pieces)) / len(pieces)


def _concordance(answer: Ranking) -> float:
    place = {word: place for place, word in enumerate(answer.order)}
    last = len(answer.order)
    signs = [
        np.sign(place.get(other, last) - place.get(word, last)) * np.sign(count - other_count)
        for (word, count), (other, other_count) in combinations(answer.counts.items(), 2)
        if count != other_count
    ]
    return float(np.mean(signs)) if signs else 0.0
