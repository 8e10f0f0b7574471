"""docs/tasks.md: every task with its metrics."""

from __future__ import annotations

from align_tasks.plugins.loading import registry
from align_tasks.plugins.registry import task_names
from align_tasks.reference import resolve
from align_tasks.scores.metric import metrics_of
from align_tasks.task_folder import culture_files, read_task_file, tension_template
from align_tasks.tasks.offers import CultureTask, TensionSet
from pages.common import NOTE

INTRODUCTION = """
Each culture gets a task of every kind that it has the data for. Metrics are defined in
[metrics.md](metrics.md); an arrow says which way a model is better, and a metric without one only stands
beside others. Plugins add cultures, tasks and metrics: `align tasks` lists what an installation has.
"""
ARROWS = {"higher": "↑", "lower": "↓", None: ""}


def page() -> str:
    """The page."""
    known = registry()
    parts = [NOTE, "# Tasks\n", INTRODUCTION.strip(), "", "| task | kind of answer |", "|---|---|"]
    kinds: dict[str, None] = {}
    for offer in known.tasks:
        if isinstance(offer, CultureTask):
            files = culture_files(offer, known.cultures.values(), offer.template.name)
            names = [file.removesuffix(".yaml") for file in files]
            kind = read_task_file(offer.template)["metrics"]
        elif isinstance(offer, TensionSet):
            names = task_names(offer, ())
            kind = read_task_file(tension_template())["metrics"]
        else:
            continue
        kinds[kind] = None
        parts.append(f"| {', '.join(f'`{name}`' for name in names)} | {kind} |")
    parts += ["", "`swow`, `wvs` and `align` are groups: all of a kind, or all.", ""]
    for kind in kinds:
        parts += [f"## Metrics of kind {kind}\n", "| metric | | |", "|---|---|---|"]
        for metric in metrics_of(kind):
            about = (resolve(metric.score).__doc__ or "").split("\n\n")[0]
            parts.append(f"| `{metric.name}` | {ARROWS[metric.better]} | {about} |")
        parts.append("")
    return "\n".join(parts)
