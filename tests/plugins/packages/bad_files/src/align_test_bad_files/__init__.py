"""A culture whose files are malformed."""

from pathlib import Path

from align_tasks.plugins import Culture, hookimpl

HERE = Path(__file__).parent


@hookimpl
def register_cultures(register):
    answers = {"wvs7": HERE / "answers.json"}
    register(Culture("bf", "en", "BFA", "Norms of Burkina Faso", HERE / "demo.tsv", answers))
