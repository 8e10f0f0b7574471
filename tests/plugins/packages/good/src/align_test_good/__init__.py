"""A plugin as it should be: one object of most kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from align_tasks.plugins import Command, Culture, Metric, Reader, Reward, TaskFolder, Trainer, hookimpl

HERE = Path(__file__).parent


@hookimpl
def register_cultures(register: Callable[[Culture], None]) -> None:
    register(Culture("gb", "en", "GBR", norms="SWOW-GB", demo_norms=HERE / "demo.tsv"))


@hookimpl
def register_readers(register: Callable[[Reader], None]) -> None:
    work = "align_test_good.work"
    recognises, read = f"{work}:is_postcards", f"{work}:read_postcards"
    register(
        Reader(
            "postcards",
            source="swow",
            kind="associations",
            describes="postcards",
            recognises=recognises,
            read=read,
            licence="CC0",
            table="{culture}",
        )
    )


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    register(Metric("association", "words", "align_test_good.work:words"))


@hookimpl
def register_tasks(register: Callable[[TaskFolder], None]) -> None:
    register(TaskFolder(HERE / "tasks"))


@hookimpl
def register_rewards(register: Callable[[Reward], None]) -> None:
    register(Reward("brevity", "align_test_good.work:brevity", summary="1 divided by the length"))


@hookimpl
def register_trainers(register: Callable[[Trainer], None]) -> None:
    register(
        Trainer(
            "copy",
            summary="Copies nothing.",
            train="align_test_good.work:train",
            recipe="align_test_good.recipe:CopyRecipe",
            recipes={"twice": HERE / "twice.yaml"},
        )
    )


@hookimpl
def register_commands(register: Callable[[Command], None]) -> None:
    register(Command("greet", greet))


def greet(name: str = "you") -> None:
    """Greet somebody."""
    typer.echo(f"Hello {name}")
