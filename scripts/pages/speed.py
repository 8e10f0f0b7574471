"""docs/speed.md: what an evaluation costs, from the newest line of benchmarks/history.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

from figures import markdown

from pages.common import NOTE

HISTORY = Path(__file__).parents[2] / "benchmarks" / "history.jsonl"

INTRODUCTION = """
Measured side by side in one run, with SmolLM2-135M-Instruct in float32. Seconds depend on the machine; the
column `times as fast` compares each row with the first one of its task.
"""

PARTS = {
    "scoring": (
        "Scoring associations",
        "`swow_us_dist`: 20 responses to each of 200 cues. lm-eval's `hf` has the batch size, of 4, 8, 16 "
        "and 32, that was best on a tenth of the cues. `largest difference` is that of a log-likelihood.",
    ),
    "sampling": (
        "Exact answers and sampled ones",
        "The answer distribution to survey items: from 100 answers to each order of the options, drawn by "
        "transformers' `generate` as it is (`generate`) or by the task `wvs_us_sampled`, which reads the "
        "question once (`hf-shared`); and exactly, by the task `wvs_us`. What samples miss is in "
        "[sampling.md](sampling.md).",
    ),
    "adapters": (
        "A base and three adapters",
        "`wvs_tension`, by four commands `lm_eval --batch_size 16` and by one `align eval`, with starting "
        "and loading.",
    ),
    "size": (
        "More and more cues",
        "`swow_us_dist` on training cues. `outside the model` is the share of the time that is not spent in "
        "the model's forward pass.",
    ),
    "start": (
        "From the start to the first request",
        "Most of it is importing torch, transformers, datasets and lm-eval, and loading the model, which "
        "both do; `lm_eval` also looks through all task files that it ships.",
    ),
}


def page() -> str:
    """The newest figures, a section for each part of the benchmark."""
    newest = json.loads(HISTORY.read_text(encoding="utf-8").splitlines()[-1])
    versions = ", ".join(f"{name} {version}" for name, version in newest["versions"].items())
    sections = [
        f"## {title}\n\n{text}\n\n{markdown(newest[part])}"
        for part, (title, text) in PARTS.items()
        if part in newest
    ]
    return (
        "\n\n".join(
            [
                f"{NOTE}\n# What an evaluation costs",
                INTRODUCTION.strip(),
                f"`make bench` measured this on {newest['day']} ({newest['machine']}; {versions}); "
                "earlier runs are in `benchmarks/history.jsonl`."
                f"{' ' + newest['note'] if newest.get('note') else ''}",
                "![How many times as fast, and seconds for more and more cues](pictures/speed.svg)",
                *sections,
            ]
        )
        + "\n"
    )
