"""What people answered to one cue or one survey item, gathered from every table at hand."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from align_tasks.cultures import cultures
from align_tasks.data import store, tables
from align_tasks.errors import AlignError
from align_tasks.normalise import normalise
from align_tasks.splits import split_of
from align_tasks.survey.survey import Survey, surveys


@dataclass(frozen=True)
class CueAnswers:
    """Responses to one cue, most frequent first; `norms` says whose, `is_demo` that nobody gave them."""

    culture: str
    norms: str
    is_demo: bool
    cue: str
    position: str
    split: str
    n: int
    responses: list[tuple[str, int, float]]


@dataclass(frozen=True)
class Shares:
    """Answer shares of one group of people, over the item's options; `n` people, where it is known."""

    who: str
    shares: list[float]
    n: int | None


@dataclass(frozen=True)
class ItemAnswers:
    """One survey item with the answer shares at hand."""

    item: str
    label: str
    scale: str
    question: str
    options: list[str]
    shares: list[Shares]


def cue_answers(culture: str, cue: str) -> CueAnswers:
    """What people of `culture` answered to `cue`, or the demo set where no norms were imported.

    Raises:
        AlignError: no such norms, or no such cue in them; names cues that look alike.
    """
    frame, norms, language = _norms(culture)
    word = normalise(cue, language)
    rows = frame.filter(pl.col("cue") == word).sort("count", "response", descending=[True, False])
    if rows.is_empty():
        raise AlignError(
            f"{cue!r} is not a cue in the norms of {culture!r}",
            hint=_alike(word, frame["cue"].unique()),
        )
    return CueAnswers(
        culture=culture,
        norms=norms,
        is_demo=norms == "demo",
        cue=word,
        position=rows["position"][0],
        split=split_of(word),
        n=rows["n"][0],
        responses=list(rows.select("response", "count", "strength").iter_rows()),
    )


def item_answers(item: str) -> ItemAnswers:
    """Question, options and answer shares of a survey item: those that are published, then those imported.

    Raises:
        AlignError: no such item; names items that look alike.
    """
    imported = _imported(item)
    shares = [Shares(_who(row), row["distribution"], row["n"]) for row in imported]
    for survey in surveys().values():
        if item in survey.items() and survey.has_questions("en"):
            about, text = survey.items()[item], survey.questions("en")[item]
            published = _published(survey, item)
            return ItemAnswers(
                item, about.label, about.scale, text.question, list(text.options), published + shares
            )
    if not imported:
        known = [*(name for survey in surveys().values() for name in survey.items()), *_imported_items()]
        raise AlignError(f"no survey item {item!r} is at hand", hint=_alike(item, known))
    first = imported[0]
    return ItemAnswers(item, first["question"], first["scale"], first["question"], first["options"], shares)


def _norms(culture: str) -> tuple[pl.DataFrame, str, str]:
    """Associations of a culture, the name of the norms, and their language."""
    if culture in store.names("associations"):
        about = store.provenance("associations", culture)
        return tables.read_associations(culture), about["source"]["name"], about["language"]
    known = cultures()
    if culture not in known:
        raise AlignError(
            f"there are no norms of culture {culture!r}",
            hint=f"{_alike(culture, [*known, *store.names('associations')])} For a survey item: "
            "align data show item NAME. To import norms: "
            "align data import swow FILE --culture NAME --language CODE",
        )
    from align_tasks.norms.load import load_norms

    found = load_norms(known[culture])
    return found.frame, found.name, known[culture].language


def _published(survey: Survey, item: str) -> list[Shares]:
    """Shares that cultures publish in files of theirs; what was imported is shown as such."""
    from align_tasks.plugins.loading import tell_failure

    found = []
    for culture in cultures().values():
        try:
            published = survey.published(culture)
        except Exception as error:
            tell_failure(culture, f"its culture {culture.name!r}", error)
            continue
        if item in published:
            found.append(Shares(f"{culture.country}, published", list(published[item].shares), None))
    return found


def _imported(item: str) -> list[dict[str, Any]]:
    frames = [store.read("items", name).filter(pl.col("item") == item) for name in store.names("items")]
    rows = pl.concat(frames).sort("culture", "weighted") if frames else pl.DataFrame(schema=tables.ITEMS)
    return rows.to_dicts()


def _imported_items() -> list[str]:
    return sorted({item for name in store.names("items") for item in store.read("items", name)["item"]})


def _who(row: dict[str, Any]) -> str:
    return f"{row['culture']}, imported{', weighted' if row['weighted'] else ''}"


def _alike(word: str, words: Iterable[str]) -> str:
    known = {name.casefold(): name for name in words}
    if len(known) < 10:
        return f"There are: {', '.join(sorted(known.values()))}."
    close = [known[name] for name in difflib.get_close_matches(word.casefold(), known, n=5, cutoff=0.6)]
    return f"Did you mean: {', '.join(close)}?" if close else f"None of the {len(known):,} looks alike."
