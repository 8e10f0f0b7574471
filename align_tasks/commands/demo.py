"""`align demo`: the main job on a small model that comes as a Python package."""

from __future__ import annotations

import logging
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any

import typer

EXAMPLE = "Example: align demo --output results/demo"
TASKS = ("swow_us", "swow_zh", "wvs_tension")
SHOTS = 5

SUMMARY = """
{model} wrote word associations after {shots} worked examples ({associations}). The demo norms were
written by hand to try the software: they are nobody's answers, so do not cite these figures.
On the World Values Survey items where the USA and China differ most, {survey}; giving every option the
same probability would be nearer to the USA on {coin:.0%}. The survey figures rest on the published answers
of {americans:,} people in the USA and {chinese:,} in China (wave 7).
"""


def demo(
    output: Annotated[Path, typer.Option(help="Folder for the results and samples files.")] = Path(
        "results/demo"
    ),
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each task, to be quicker.")] = None,
) -> None:
    """Evaluate SmolLM2-135M-Instruct on word associations and on the WVS tension set, in a few minutes."""
    from lm_eval.utils import make_table

    from align_tasks.demo_model import NAME, demo_model
    from align_tasks.evaluation import Settings, evaluate

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    typer.echo(f"Preparing {NAME} (converted once, then cached) …", err=True)
    model = demo_model()
    settings = Settings(
        tasks=TASKS,
        limit=limit,
        num_fewshot=SHOTS,
        model_args={"dtype": "float32"},
        metadata={"norms": "demo"},
    )
    evaluation = evaluate(str(model), None, output, settings)
    if evaluation is None:
        return
    typer.echo(make_table(evaluation.results))
    typer.echo(summary(NAME, evaluation.results))
    typer.echo(f"\nResults: {evaluation.results_file}")


def summary(model: str, results: dict[str, Any]) -> str:
    """One paragraph that says what was measured on what."""
    scores, samples = results["results"], results["n-samples"]
    associations = "; ".join(
        f"{language}: {samples[task]['effective']} held-out cues, P@5 {scores[task]['p_at_5,none']:.3f}, "
        f"unreadable answers {scores[task]['invalid,none']:.0%}"
        for task, language in (("swow_us", "in English"), ("swow_zh", "in Chinese"))
    )
    survey = "; ".join(
        f"asked {language}, it is nearer to the USA on {scores[task]['us_aligned,none']:.0%} of "
        f"{samples[task]['effective']} items and to China on {scores[task]['zh_aligned,none']:.0%}"
        for task, language in (("wvs_tension_us", "in English"), ("wvs_tension_zh", "in Chinese"))
    )
    text = SUMMARY.format(
        model=model,
        shots=SHOTS,
        associations=associations,
        survey=survey,
        coin=scores["wvs_tension_us"]["us_aligned_uniform,none"],
        americans=_people("us"),
        chinese=_people("zh"),
    )
    return fill(text.strip(), width=100)


def _people(culture: str) -> int | None:
    """How many people of a culture were interviewed."""
    from align_tasks.cultures import get_culture
    from align_tasks.survey.wvs7 import WVS7

    return WVS7.answers(get_culture(culture))["Q1"].people
