"""Metrics of cultural alignment: one definition each, with its source, vectorised where data are arrays.

Nothing here reads data or knows a task; words arrive normalised, distributions in the order of the scale.
"""

from __future__ import annotations

from align_tasks.metrics.alignment import aligned, tied
from align_tasks.metrics.ceiling import (
    AssociationCeiling,
    SurveyCeiling,
    association_ceiling,
    precision_ceiling,
    survey_ceiling,
)
from align_tasks.metrics.distribution import (
    answer_distance,
    earth_movers_distance,
    jensen_shannon_distance,
    jensen_shannon_divergence,
    paper_tension_distance,
    softmax,
    total_variation,
    transport_distance,
)
from align_tasks.metrics.precision import precision_at_k, precisions
from align_tasks.metrics.rank import paper_ranking_correlation, ranking_correlation, spearman

__all__ = [
    "AssociationCeiling",
    "SurveyCeiling",
    "aligned",
    "answer_distance",
    "association_ceiling",
    "earth_movers_distance",
    "jensen_shannon_distance",
    "jensen_shannon_divergence",
    "paper_ranking_correlation",
    "paper_tension_distance",
    "precision_at_k",
    "precision_ceiling",
    "precisions",
    "ranking_correlation",
    "softmax",
    "spearman",
    "survey_ceiling",
    "tied",
    "total_variation",
    "transport_distance",
]
