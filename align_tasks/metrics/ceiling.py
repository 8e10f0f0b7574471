"""How well people predict people: what a model can be expected to reach, by split halves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from align_tasks.metrics.checks import FloatArray, distributions
from align_tasks.metrics.distribution import jensen_shannon_distance, transport_distance
from align_tasks.metrics.halves import IntArray, deal_halves
from align_tasks.metrics.rank import row_spearman
from align_tasks.scale import Scale


@dataclass(frozen=True)
class SurveyCeiling:
    """Expected distances between the answers of two random halves of the respondents.

    Attributes:
        jsd: Jensen-Shannon distance (base 2), in [0, 1].
        transport: earth mover's distance or total variation, by the item's scale, in [0, 1].
    """

    jsd: float
    transport: float


def precision_ceiling(
    counts: Sequence[int], ks: Sequence[int], *, splits: int = 20, seed: int
) -> dict[int, float]:
    """Precision at k of one half of the people, predicting the other half, in [0, 1].

    The responses to a cue, as counted in word association norms (De Deyne et al., 2019), are dealt at random
    into two halves. The k most frequent words of one half are the predictions, every word of the other half
    counts as a hit, and hits are divided by k, as for a model. Averaged over both directions and all splits.
    Ties at the k-th place enter by their expected hits, so that tie order adds no noise. Single responses
    are dealt, not participants (who give up to three different ones): the counts do not tell whose they are.

    A half predicts from fewer answers than a model is scored against, and has fewer words to hit: this is
    what people score with half of the data on either side, not a bound, and a good model may pass it.

    Args:
        counts: how often each response to the cue was given, at least 2 in all; their order is of no
            consequence.
        ks: cut-offs, each at least 1.
        splits: number of random splits, at least 1.
        seed: of the random splits; see `deal_halves`.

    Returns:
        Precision by k, in the order of `ks`.

    Raises:
        ValueError: negative or fractional counts, fewer than 2 responses, a k or `splits` below 1.
    """
    if any(k < 1 for k in ks):
        raise ValueError(f"every k must be at least 1, not {list(ks)}")
    one, other = deal_halves(np.sort(np.asarray(counts)), splits=splits, seed=seed)
    return {
        k: float((expected_hits(one, other, k) + expected_hits(other, one, k)).mean()) / (2 * k) for k in ks
    }


def expected_hits(half: IntArray, other: IntArray, k: int) -> FloatArray:
    """Hits of the k most frequent words of `half` among the words of `other`, over all orders of ties.

    Args:
        half, other: shape (splits, words), counts of the same words in the two halves.
        k: how many words are predicted, at least 1; words that `half` never gave are not predicted.

    Returns:
        Shape (splits,), expected number of hits, in [0, k].
    """
    words = half.shape[-1]
    last = np.partition(half, -k, axis=-1)[:, [-k]] if k <= words else np.zeros((len(half), 1))
    above = half > last
    tied = (half == last) & (half > 0)
    hit = other > 0
    places = k - above.sum(axis=-1)
    tied_hit_rate = (tied & hit).sum(axis=-1) / np.maximum(tied.sum(axis=-1), 1)
    return np.asarray((above & hit).sum(axis=-1) + places * tied_hit_rate)


@dataclass(frozen=True)
class AssociationCeiling:
    """How well the strengths of one half of the responses to a cue agree with those of the other half.

    Attributes:
        jsd: Jensen-Shannon distance (base 2) between the halves' strengths, in [0, 1].
        spearman: Spearman's correlation between the halves' counts, in [-1, 1].
    """

    jsd: float
    spearman: float


def association_ceiling(counts: Sequence[int], *, splits: int = 20, seed: int) -> AssociationCeiling:
    """What people score as a model of people, on the strengths of given responses to a cue.

    The responses are dealt at random into two halves, as in `precision_ceiling`; averaged over the splits.

    Args:
        counts: how often each of the responses was given, at least 2 responses in all.
        splits: number of random splits, at least 1.
        seed: of the random splits; see `deal_halves`.

    Raises:
        ValueError: as `precision_ceiling`.
    """
    one, other = deal_halves(counts, splits=splits, seed=seed)
    p, q = (half / half.sum(axis=-1, keepdims=True) for half in (one, other))
    return AssociationCeiling(
        jsd=float(np.mean(jensen_shannon_distance(p, q))),
        spearman=float(np.mean(row_spearman(one, other))),
    )


def survey_ceiling(
    shares: npt.ArrayLike, n: int, *, scale: Scale, splits: int = 200, seed: int
) -> SurveyCeiling:
    """Distances that a model would have if it were another random half of the same respondents.

    ``round(shares * n)`` respondents for each option are dealt at random into two halves, and the answer
    distributions of the halves are compared; averaged over the splits. Shrinks like 1 / sqrt(n).

    Args:
        shares: shape (options,), published shares in the order of the scale.
        n: number of respondents.
        scale: ``"ordinal"`` or ``"nominal"``.
        splits: number of random splits, at least 1.
        seed: of the random splits; see `deal_halves`.

    Raises:
        ValueError: shares that are no distribution, fewer than 2 respondents after rounding, `splits`
            below 1, or another scale.
    """
    respondents = np.rint(distributions("shares", shares) * n).astype(np.int64)
    one, other = deal_halves(respondents, splits=splits, seed=seed)
    p, q = (half / half.sum(axis=-1, keepdims=True) for half in (one, other))
    return SurveyCeiling(
        jsd=float(np.mean(jensen_shannon_distance(p, q))),
        transport=float(np.mean(transport_distance(p, q, scale))),
    )
