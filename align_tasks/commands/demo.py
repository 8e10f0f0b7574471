"""`align demo`: from a small model that comes as a Python package to the comparison of its adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: align demo --output results/demo"


def demo(
    output: Annotated[
        Path, typer.Option(help="Folder for all of it: a new one, or that of a demo to go on with.")
    ] = Path("results/demo"),
    limit: Annotated[int, typer.Option(min=1, help="Rows of each task; fewer are quicker.")] = 15,
) -> None:
    """Evaluate SmolLM2-135M-Instruct, train it by SFT and PPO, and compare, in minutes on two cores.

    It learns from the demo norms, which were written by hand: figures on them are not to be cited.
    Interrupted, the same command goes on where it was.
    """
    from rich.console import Console

    from align_tasks.demo.ending import print_ending
    from align_tasks.demo.headlines import say
    from align_tasks.demo.plan import LESSONS, Plan
    from align_tasks.demo.story import carry_out
    from align_tasks.demo_model import NAME, demo_model

    say(f"Preparing {NAME} (converted once, then cached) …")
    plan = Plan(demo_model(), output, limit, LESSONS)
    print_ending(plan, carry_out(plan), Console())
