"""``swow_XX_dist``: how likely the model finds each response that people gave to a held-out cue."""

from __future__ import annotations

import numpy as np

from align_tasks.cultures import get_culture
from align_tasks.metrics import association_ceiling, jensen_shannon_distance, softmax, spearman
from align_tasks.norms.load import CueNorms, Source, load_norms, seed_of
from align_tasks.prompts import wording
from align_tasks.tasks.association import association_row
from align_tasks.tasks.dataset import BuiltDataset, Doc

CANDIDATES = 20


def dataset(culture: str, norms: Source = "auto") -> BuiltDataset:
    """Test cues with their most frequent responses, training cues as worked examples.

    Cues whose responses are all equally frequent are left out of the test: they give no order.
    """
    known = get_culture(culture)
    loaded = load_norms(known, norms)
    test = [_row(cue, known.name, known.language) for cue in loaded.cues("test") if len(set(cue.counts)) > 1]
    for row in test:
        human = association_ceiling(row["counts"], seed=seed_of(row["cue"]))
        row["human"] = [human.jsd, human.spearman]
    train = [_row(cue, known.name, known.language) for cue in loaded.cues("train")]
    return BuiltDataset(test, train, **loaded.describe())


def _row(cue: CueNorms, culture: str, language: str) -> Doc:
    """The row of a cue. Each choice ends with the separator, so that none is the beginning of another."""
    end = wording(language).separator.rstrip()
    return association_row(cue, culture, language) | {
        "responses": list(cue.responses[:CANDIDATES]),
        "counts": list(cue.counts[:CANDIDATES]),
        "choices": [f"{response}{end}" for response in cue.responses[:CANDIDATES]],
    }


def process_results(doc: Doc, results: list[tuple[float, bool]]) -> dict[str, float]:
    """Metrics of one cue's log-likelihoods.

    ``jsd``        Jensen-Shannon distance (base 2) between the softmax of the log-likelihoods and
                   people's strengths, both over the cue's twenty most frequent responses
    ``spearman``   correlation of the log-likelihoods with people's counts
    ``…_human``    what one half of the people scores on the other half, on the same responses
    """
    log_likelihoods = np.array([log_likelihood for log_likelihood, _ in results])
    counts = np.array(doc["counts"], dtype=float)
    return {
        "jsd": float(jensen_shannon_distance(softmax(log_likelihoods), counts / counts.sum())),
        "jsd_human": doc["human"][0],
        "spearman": spearman(log_likelihoods, counts),
        "spearman_human": doc["human"][1],
    }
