"""Valence, arousal and concreteness for align-tasks: of words that a model writes, and as it rates words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from align_affect.texts import has_texts
from align_tasks.plugins import Culture, CultureTask, Metric, TaskOffer, hookimpl

TASKS = Path(__file__).parent / "tasks"
DIMENSIONS = ("valence", "arousal", "concreteness")


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    """Affect of written associations, and what ratings of single words score."""
    for metric in (*_association_metrics(), *_rating_metrics()):
        register(metric)


@hookimpl
def register_tasks(register: Callable[[TaskOffer], None]) -> None:
    """`affect_{culture}`, for every culture in whose language the scales are worded."""
    register(CultureTask("affect_{culture}", TASKS / "_affect", applies=_is_worded))


def _is_worded(culture: Culture) -> bool:
    return has_texts(culture.language)


def _association_metrics() -> Iterator[Metric]:
    describe = "align_affect.ratings:describe"
    for dimension in DIMENSIONS:
        scores = f"align_affect.association:{dimension}"
        yield Metric("association", dimension, f"{scores}.model", describe=describe)
        yield Metric("association", f"{dimension}_people", f"{scores}.people", describe=describe)
        yield Metric("association", f"{dimension}_rated", f"{scores}.rated", describe=describe)
        yield Metric("association", f"{dimension}_gap", f"{scores}.gap", describe=describe)
        yield Metric("association", f"{dimension}_gap_paper", f"{scores}.gap_paper", describe=describe)


def _rating_metrics() -> Iterator[Metric]:
    yield from _rating_scores("", "align_affect.rating:overall")
    for dimension in DIMENSIONS:
        yield from _rating_scores(f"{dimension}_", f"align_affect.rating:{dimension}")


def _rating_scores(prefix: str, scores: str) -> Iterator[Metric]:
    yield Metric("rating", f"{prefix}error", f"{scores}.error", better="lower")
    yield Metric("rating", f"{prefix}error_uniform", f"{scores}.error_uniform")
    yield Metric("rating", f"{prefix}bias", f"{scores}.bias")
