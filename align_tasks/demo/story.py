"""The demo from its first part to its last: each has a headline, and below it the progress of its work."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.page.page import write_page
from align_tasks.comparison.read import compare_results
from align_tasks.demo import lessons
from align_tasks.demo.folder import take_folder
from align_tasks.demo.headlines import headline, say
from align_tasks.demo.plan import NORMS, TASKS, Plan
from align_tasks.errors import AlignError
from align_tasks.evaluation import Settings, evaluate_each

PARTS = 5


def carry_out(plan: Plan) -> Comparison:
    """Evaluate, train twice, evaluate the adapters and compare; what was done before is not done again.

    Raises:
        AlignError: the output folder holds something else, or a part fails.
    """
    take_folder(plan)
    say(f"All of it goes into {plan.output}. Stopped at any time, the same command goes on where it was.")
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    headline(f"1 of {PARTS} · How the model answers as it is", "about a minute")
    results = list(_evaluated(plan, [None]))
    problem = lessons.why_not(plan)
    if problem is None:
        results += _taught(plan)
    else:
        _tell_left_out(problem)
    headline(f"{PARTS} of {PARTS} · Comparing", "seconds")
    comparison, _ = compare_results(results)
    write_page(comparison, plan.page)
    return comparison


def _taught(plan: Plan) -> Iterator[Path]:
    """Give the lessons, and evaluate each adapter; the results files."""
    for part, (name, lesson) in enumerate(plan.lessons.items(), start=2):
        headline(f"{part} of {PARTS} · {lesson.headline}", lesson.time)
        lessons.give(plan, name)
    headline(f"4 of {PARTS} · How it answers after each of the two", "about a minute and a half")
    yield from _evaluated(plan, [str(folder) for folder in plan.adapters.values()])


def _tell_left_out(problem: AlignError) -> None:
    headline(f"2 to 4 of {PARTS} · Left out: training and its evaluation", "")
    say(f"{problem}\n  Then run the same command again: it goes on from here.")


def _evaluated(plan: Plan, adapters: Sequence[str | None]) -> Iterator[Path]:
    """Ask the model, with each of the adapters; the results files."""
    settings = Settings(
        tasks=TASKS,
        limit=plan.limit,
        model_args={"dtype": "float32"},
        metadata={"norms": NORMS},
    )
    for evaluation in evaluate_each(str(plan.model), adapters, plan.results, settings):
        yield evaluation.results_file
