"""Japan for align-tasks: World Values Survey answers from the official file, asked in Japanese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from align_tasks.plugins import (
    Culture,
    Language,
    TaskOffer,
    TensionSet,
    hookimpl,
    read_wording,
)

DATA = Path(__file__).parent / "data"


@hookimpl
def register_languages(register: Callable[[Language], None]) -> None:
    """Japanese: the prompts, and the items of the World Values Survey."""
    register(
        Language(
            code="ja",
            wording=read_wording(DATA / "prompts.ja.json"),
            questions={"wvs7": DATA / "questions.ja.json"},
            has_blanks=False,
        )
    )


@hookimpl
def register_cultures(register: Callable[[Culture], None]) -> None:
    """Japan, as `jp`."""
    register(
        Culture(
            name="jp",
            language="ja",
            country="JPN",
            norms="Japanese",
            demo_norms=DATA / "demo.tsv",
            answers={"wvs7": DATA / "wvs7.JPN.json"},
        )
    )


@hookimpl
def register_tasks(register: Callable[[TaskOffer], None]) -> None:
    """The items on which Japan and the USA differ most, and those on which Japan and China do."""
    register(TensionSet(cultures=("jp", "us")))
    register(TensionSet(cultures=("jp", "zh")))
