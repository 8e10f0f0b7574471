"""Precision at K of generated associations."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def precision_at_k(predictions: Sequence[str], people: Collection[str], k: int) -> float:
    """Share of the first k distinct predictions that at least one person gave for the cue, in [0, 1].

    As in arXiv 2508.13426: any human response counts, whatever its strength; repeats are dropped; hits are
    divided by k even when fewer than k words were predicted, so that a short answer is no advantage.

    Args:
        predictions: the model's words, best first, already normalised; may be empty.
        people: the responses of people to the cue, normalised alike; may be empty.
        k: how many predictions count, at least 1.

    Returns:
        Hits / k; 0.0 when there are no predictions.

    Raises:
        ValueError: k below 1.
    """
    return precisions(predictions, people, [k])[k]


def precisions(predictions: Sequence[str], people: Collection[str], ks: Sequence[int]) -> dict[int, float]:
    """`precision_at_k` for each k.

    Args:
        predictions: the model's words, best first, already normalised; may be empty.
        people: the responses of people to the cue, normalised alike; may be empty.
        ks: cut-offs, each at least 1.

    Returns:
        Precision by k, in the order of `ks`.

    Raises:
        ValueError: a k below 1.
    """
    if any(k < 1 for k in ks):
        raise ValueError(f"every k must be at least 1, not {list(ks)}")
    given = frozenset(people)
    hits = [word in given for word in dict.fromkeys(predictions)]
    return {k: sum(hits[:k]) / k for k in ks}
