"""A culture whose files are malformed."""

from pathlib import Path

from align_tasks.plugins import Culture, hookimpl

HERE = Path(__file__).parent


@hookimpl
def register_cultures(register):
    answers = {"wvs7": HERE / "answers.json"}
    norms, demo = "Norms of Burkina Faso", HERE / "demo.tsv"
    register(Culture("bf", "en", "BFA", norms=norms, demo_norms=demo, answers=answers))
