"""``swow_XX_dist``: how likely the model finds each response that people gave to a held-out cue."""

from __future__ import annotations

from align_tasks.cultures import get_culture
from align_tasks.metrics import association_ceiling
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
    return BuiltDataset(test, train, language=known.language, **loaded.describe())


def _row(cue: CueNorms, culture: str, language: str) -> Doc:
    """The row of a cue. Each choice ends with the separator, so that none is the beginning of another."""
    end = wording(language).separator.rstrip() or "\n"
    return association_row(cue, culture, language) | {
        "responses": list(cue.responses[:CANDIDATES]),
        "counts": list(cue.counts[:CANDIDATES]),
        "choices": [f"{response}{end}" for response in cue.responses[:CANDIDATES]],
    }
